"""What the checks say, in English and Korean, chosen as the launcher chooses."""

from __future__ import annotations

from typing import Any

from launcher.messages import language

_RESTART = (
    "Stop Triple Chat with Ctrl-C and start it again: 'python run.py'.",
    "Ctrl-C로 Triple Chat을 멈추고 'python run.py'로 다시 시작하세요.",
)

TEXTS: dict[str, tuple[str, str]] = {
    "usage": ("Checks what you have built in a lesson of docs/learn/.", "docs/learn/의 과에서 만든 것을 확인합니다."),
    "usage_lesson": ("the lesson: 1, 2 or 3", "확인할 과: 1, 2, 3"),
    "usage_folder": ("the folder of your package", "내 패키지가 있는 폴더"),
    "usage_api": ("where the API runs", "API 주소"),
    "usage_page": ("where the page runs", "화면 주소"),
    "broke": ("Your code raised an error:", "작성한 코드에서 오류가 났습니다:"),
    "broke_where": (
        "Your code raised {error} ({where}). The terminal shows more.",
        "작성한 코드에서 {error} 오류가 났습니다({where}). 자세한 내용은 터미널에 있습니다.",
    ),
    "passed_1": ("Lesson 1 is done. Go on with lesson 2.", "1과를 마쳤습니다. 2과로 넘어가세요."),
    "passed_2": ("Lesson 2 is done. Go on with lesson 3.", "2과를 마쳤습니다. 3과로 넘어가세요."),
    "passed_3": ("Lesson 3 is done. You know your way around now.", "3과까지 마쳤습니다. 이제 구조를 다 익혔습니다."),
    # steps
    "step_package": ("Your package names an endpoint", "패키지에 엔드포인트가 적혀 있음"),
    "step_installed": ("The endpoint's package is installed", "엔드포인트 패키지가 설치됨"),
    "step_running": ("Triple Chat runs", "Triple Chat이 실행 중"),
    "step_endpoint": ("The endpoint is served, to those who are signed in", "엔드포인트가 로그인한 사용자에게 응답함"),
    "step_counts": ("It counts the words of one's own questions", "내 질문의 단어만 셈"),
    "step_page_package": ("Your package names a page", "패키지에 페이지가 적혀 있음"),
    "step_page_installed": ("The page's package is installed", "페이지 패키지가 설치됨"),
    "step_page": ("The page shows the count", "페이지에 개수가 나옴"),
    "step_page_served": ("The page has its address", "페이지가 주소로 열림"),
    "step_model_package": ("Your package names a model", "패키지에 모델이 적혀 있음"),
    "step_model_installed": ("The model's package is installed", "모델 패키지가 설치됨"),
    "step_streams": ("The model streams its answer word by word", "모델이 답을 단어별로 흘려보냄"),
    "step_option": ("It has the option 'shout', and checks options", "'shout' 옵션이 있고 옵션을 검사함"),
    "step_stops": ("It can be stopped", "도중에 멈출 수 있음"),
    "step_offered": ("Triple Chat offers the model", "Triple Chat 모델 목록에 나옴"),
    "step_answers": ("It answers in AI chat", "AI 채팅에서 답함"),
    "step_retriever_package": ("Your package names a retriever", "패키지에 검색기가 적혀 있음"),
    "step_retriever_installed": ("The retriever's package is installed", "검색기 패키지가 설치됨"),
    "step_abbreviations": ("The retriever knows abbreviations", "검색기가 줄임말을 앎"),
    "step_measured": ("It searches no more than it must", "필요한 만큼만 검색함"),
    "step_in_use": ("Triple Chat searches with it", "Triple Chat이 이 검색기로 검색함"),
    "step_own_model": ("Your model of lesson 2 is there", "2과에서 만든 모델이 있음"),
    "step_two_models": ("Two models answer, and notifications tell of it", "두 모델이 답하고 알림이 도착함"),
    # what is missing
    "no_package": (
        "There is no {file} yet. The lesson shows what belongs into it (docs/learn/en/1-basic.md).",
        "아직 {file} 파일이 없습니다. 무엇을 적는지는 docs/learn/ko/1-basic.md에 있습니다.",
    ),
    "package_broken": ("{file} cannot be read: {reason}.", "{file} 파일을 읽을 수 없습니다: {reason}."),
    "no_entry_point": (
        'In {file} the part [project.entry-points."{group}"] is missing. Add it as the lesson shows.',
        '{file}에 [project.entry-points."{group}"] 부분이 없습니다. 과에 나온 대로 추가하세요.',
    ),
    "not_installed": (
        "Your package is not installed, or was changed since. Run: .venv/bin/python -m pip install -e {folder}",
        "패키지가 설치되지 않았거나 설치한 뒤에 바뀌었습니다. 실행하세요: .venv/bin/python -m pip install -e {folder}",
    ),
    "no_module": (
        "The module {module} is not in {folder}. Make the file, or correct the name in pyproject.toml.",
        "{folder} 안에 {module} 모듈이 없습니다. 파일을 만들거나 pyproject.toml의 이름을 고치세요.",
    ),
    "not_running": (
        "Nobody answers at {url}. Start Triple Chat in another terminal: 'python run.py'.",
        "{url}에서 응답이 없습니다. 다른 터미널에서 'python run.py'로 Triple Chat을 시작하세요.",
    ),
    "client_not_running": (
        "The page does not answer at {url}. Start Triple Chat: 'python run.py'.",
        "{url}에서 화면이 응답하지 않습니다. 'python run.py'로 Triple Chat을 시작하세요.",
    ),
    "endpoint_not_served": (
        f"/api/{{address}} is not there. {_RESTART[0]} If it stays away, the log of the API says why.",
        f"/api/{{address}} 주소가 없습니다. {_RESTART[1]} 그래도 없으면 API 로그에 이유가 있습니다.",
    ),
    "endpoint_open": (
        "Without a token it answers {status} and not 401. Take APIView: it asks for the sign-in by itself.",
        "토큰이 없을 때 401이 아니라 {status}로 답합니다. APIView를 쓰면 로그인 확인이 저절로 됩니다.",
    ),
    "endpoint_status": (
        "It answers {status} and not 200. The log of the API says why.",
        "200이 아니라 {status}로 답합니다. API 로그에 이유가 있습니다.",
    ),
    "endpoint_counts_wrong": (
        "It should answer {wanted} and answers {found}. Count the questions of the one who asks, and their words.",
        "{wanted}(으)로 답해야 하는데 {found}(으)로 답합니다. 요청한 사람의 질문과 그 단어를 세세요.",
    ),
    "page_raises": (
        "The page raises an error {who}: {error}",
        "페이지에서 오류가 납니다 {who}: {error}",
    ),
    "page_shows_no_count": (
        "With {words} words asked, no st.metric shows {words}. It shows: {shown}.",
        "단어 {words}개를 물었는데 {words}을(를) 보여 주는 st.metric이 없습니다. 지금 보이는 값: {shown}.",
    ),
    "page_not_served": (
        f"The page /{{address}} is not there yet. {_RESTART[0]}",
        f"/{{address}} 페이지가 아직 없습니다. {_RESTART[1]}",
    ),
    "no_chat_model": (
        "The entry point gives a {found} and no ChatModel. Name the class: 'my_echo:EchoModel'.",
        "엔트리 포인트가 ChatModel이 아니라 {found}입니다. 'my_echo:EchoModel'처럼 클래스를 적으세요.",
    ),
    "not_streamed": (
        "The answer came in {deltas} pieces for {words} words. Yield a Delta for each word.",
        "단어는 {words}개인데 답이 {deltas}조각으로 왔습니다. 단어마다 Delta를 하나씩 yield 하세요.",
    ),
    "words_missing": (
        "These words of the question are not in the answer: {words}. The answer was: {answer}",
        "질문의 이 단어가 답에 없습니다: {words}. 답: {answer}",
    ),
    "not_finished": (
        "The last event is no Finished. Without it an answer counts as cut.",
        "마지막 이벤트가 Finished가 아닙니다. Finished가 없으면 잘린 답으로 봅니다.",
    ),
    "no_option": (
        "There is no option 'shout'. Add: options = (Option(\"shout\", bool),)",
        "'shout' 옵션이 없습니다. options = (Option(\"shout\", bool),)을 추가하세요.",
    ),
    "option_without_effect": (
        "With shout=True the words should be in capitals; the answer was: {answer}",
        "shout=True이면 단어가 대문자여야 하는데 답이 이렇습니다: {answer}",
    ),
    "option_unchecked": (
        "An option that nobody knows is accepted. Begin with self.validate_options(request.options).",
        "모르는 옵션을 그냥 받습니다. self.validate_options(request.options)로 시작하세요.",
    ),
    "not_stoppable": (
        "The answer goes on after it was stopped. Let the stop through: do not catch GeneratorExit or CancelledError.",
        "멈춘 뒤에도 답이 계속됩니다. GeneratorExit나 CancelledError를 잡지 말고 지나가게 두세요.",
    ),
    "model_not_offered": (
        f"The model {{id}} is not in the list. {_RESTART[0]}",
        f"모델 {{id}}이(가) 목록에 없습니다. {_RESTART[1]}",
    ),
    "model_not_available": (
        "The model {id} is listed, but does not answer: {reason}. Look at its check().",
        "모델 {id}이(가) 목록에 있지만 응답하지 않습니다: {reason}. check()를 살펴보세요.",
    ),
    "model_fails": (
        f"The answer ended as {{status}} ({{error}}). {_RESTART[0]} The log of the worker says more.",
        f"답이 {{status}} 상태로 끝났습니다({{error}}). {_RESTART[1]} 자세한 내용은 작업 프로세스 로그에 있습니다.",
    ),
    "no_retriever": (
        "The entry point gives a {found} and no Retriever. Name the class: 'my_glossary:GlossaryRetriever'.",
        "엔트리 포인트가 Retriever가 아니라 {found}입니다. 'my_glossary:GlossaryRetriever'처럼 클래스를 적으세요.",
    ),
    "not_found_by_retriever": (
        "Asked for '{question}', the first passage should begin with '{wanted}'. Search for what is meant, too.",
        "'{question}'을(를) 물으면 첫 구절이 '{wanted}'(으)로 시작해야 합니다. 줄임말이 뜻하는 말로도 검색하세요.",
    ),
    "too_many_found": (
        "It returns more passages than were asked for. Cut the list at top_k.",
        "요청한 것보다 많은 구절을 돌려줍니다. top_k개까지만 돌려주세요.",
    ),
    "too_many_searches": (
        "For '{question}' it searches {searches} times; {most} will do. Search only for what the question has in it.",
        "'{question}'에 {searches}번 검색합니다. {most}번이면 됩니다. 질문에 든 줄임말만 검색하세요.",
    ),
    "retriever_not_in_use": (
        f"Triple Chat does not find the passage by its abbreviation. Write RETRIEVER=glossary into .env. {_RESTART[0]}",
        f"Triple Chat이 줄임말로 구절을 찾지 못합니다. .env에 RETRIEVER=glossary를 적으세요. {_RESTART[1]}",
    ),
    "no_ask_later": (
        "There is no function ask_later in {file}. The lesson shows it.",
        "{file} 파일에 ask_later 함수가 없습니다. 과에 나온 대로 만드세요.",
    ),
    "answers_incomplete": (
        "ask_later should return one answer of each model, in their order. It gave: {models}.",
        "ask_later는 모델마다 답을 하나씩, 모델 순서대로 돌려줘야 합니다. 돌려준 모델: {models}.",
    ),
    "not_side_by_side": (
        'The answers do not stand side by side. Ask once, with "models" and the names of both.',
        '답이 나란히 놓이지 않았습니다. "models"에 두 모델의 이름을 함께 적어 한 번만 물으세요.',
    ),
    "answers_unfinished": (
        "Not every answer is finished ({statuses}). Wait for the notification of each question.",
        "끝나지 않은 답이 있습니다({statuses}). 질문마다 알림이 올 때까지 기다리세요.",
    ),
    "answer_cites_nothing": (
        "The first answer does not cite the passage. It says: {answer}",
        "첫 번째 답이 구절을 인용하지 않았습니다. 답: {answer}",
    ),
    "notifications_unread": (
        "The notifications of the answers are there, but not marked as read. POST notifications/read/.",
        "답 알림이 왔지만 읽음으로 표시되지 않았습니다. notifications/read/로 POST 하세요.",
    ),
}


def both(key: str, **params: Any) -> dict[str, str]:
    """The text in each language, by its code."""
    english, korean = TEXTS[key]
    return {"en": english.format(**params), "ko": korean.format(**params)}


def text(key: str, **params: Any) -> str:
    return TEXTS[key][1 if language() == "ko" else 0].format(**params)
