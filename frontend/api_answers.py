"""The API's paths for judging answers, and for those side by side. `ApiClient` does the talking."""

from collections.abc import Callable

from api_types import Chat, Comparison, Json


class AnswerApi:
    """As one visitor sees it. `call` is the client's request for JSON. Every call raises ApiError."""

    def __init__(self, call: Callable[..., Json]) -> None:
        self._call = call

    def rate(self, question_id: str, rating: int, comment: str = "") -> Chat:
        """1 or -1; 0 takes back what was said."""
        body = {"rating": rating, "comment": comment}
        return Chat.read(self._call("PUT", f"chats/{question_id}/feedback/", body=body))

    def choose(self, comparison_id: str, choice: str) -> Comparison | None:
        """`choice`: the id of the better answer, "tie" or "none". The names of the models come with it."""
        return Comparison.read(self._call("PUT", f"comparisons/{comparison_id}/choice/", body={"choice": choice}))
