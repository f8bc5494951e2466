"""A jurisdiction small enough to see through, and its authority in this process.

Records go out in one question, a line each; the answer is JSON. `Authority` keeps a book, counts what it heard twice,
and behaves as a test tells it to.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from gateway.worker.house import Identities, Secrets
from jurisdictions.contract import (
    About,
    Answer,
    Ask,
    CaseClass,
    CredentialSpec,
    Desk,
    Diagnosis,
    Effect,
    EndpointSpec,
    Exchange,
    Failure,
    Hold,
    InstructionKind,
    Judgement,
    Jurisdiction,
    Law,
    Outcome,
    Path,
    Scope,
    Seal,
    Sealed,
    SecretSlot,
    Sending,
    Session,
    Setting,
    Step,
)
from schemas.findings import Finding
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState

_S = SubmissionState
Reply = dict[str, dict[str, str]]


def jurisdiction(
    code: str = "toyland", *, slots: int = 4, longest_pause: int = 3600, token: bool = False
) -> Jurisdiction:
    """`token`: sends only within a session, which it asks for first."""
    return Jurisdiction(
        about=About(
            code=code,
            name=code.title(),
            sources=(),
            editions=(),
            kinds=(Kind.INVOICE,),
            credentials=(
                CredentialSpec(
                    name="password", scope=Scope.TENANT, kind="secret", fields=("text",), purpose="to log in"
                ),
            ),
            endpoints=(EndpointSpec(name="desk", live="https://authority.example"),),
            maturity="a toy",
            slots=slots,
        ),
        law=Law(route=lambda *_: None, check=lambda *_: (), judge=_judge),
        seal=Seal(seal=_no_seal, preview=lambda *_: b""),
        exchange=Exchange(
            flow=_no_flow, batch=_batch, begin=_begin_with_token if token else _begin, resume=_resume, inquire=_inquire
        ),
        desk=Desk(
            classify=_classify,
            corrections=lambda *_: (),
            deadlines=lambda *_: (),
            deliverable=lambda state: state is _S.ACCEPTED,
            render=lambda *_: {},
        ),
    )


def _judge(document: bytes) -> Judgement:
    return Judgement(verdict="undecided", rule_set="toy", layers=(), findings=())


def _no_seal(*_: object) -> Sealed:
    raise NotImplementedError


def _no_flow(*_: object) -> object:
    raise NotImplementedError


def _batch(waiting: tuple[Sending, ...]) -> tuple[Sending, ...]:
    """A record that may have been sent before never goes out together with a fresh one."""
    first = waiting[0].tries > 0
    chosen = []
    for sending in waiting:
        if (sending.tries > 0) is not first:
            break
        chosen.append(sending)
    return tuple(chosen)


def _begin(documents: tuple[Sending, ...], setting: Setting) -> Step:
    return Step(asks=(_send(documents),), memo={"of": len(documents)})


def _begin_with_token(documents: tuple[Sending, ...], setting: Setting) -> Step:
    if setting.session is None:
        login = Ask(
            name="login",
            endpoint="desk",
            effect=Effect.READ,
            documents=(),
            body=(SecretSlot(credential="password", field="text"),),
            secret_answer=True,
        )
        return Step(asks=(login,))
    return _begin(documents, setting)


def _send(documents: tuple[Sending, ...]) -> Ask:
    return Ask(
        name="send",
        endpoint="desk",
        effect=Effect.WRITE,
        documents=tuple(one.submission for one in documents),
        body=("\n".join(one.submission for one in documents).encode(),),
        headers=_token(),
    )


def _token() -> tuple[tuple[str, tuple[SecretSlot]], ...]:
    return (("x-token", (SecretSlot(credential="session", field="token"),)),)


def _inquire(documents: tuple[Sending, ...], setting: Setting) -> Step:
    names = tuple(one.submission for one in documents)
    ask = Ask(
        name="look",
        endpoint="desk",
        effect=Effect.READ,
        documents=names,
        body=("\n".join(names).encode(),),
        headers=_token() if setting.session is not None else (),
    )
    return Step(asks=(ask,))


def _resume(
    documents: tuple[Sending, ...], memo: Mapping[str, object], answers: Mapping[str, Answer], setting: Setting
) -> Step:
    if "login" in answers:
        token = answers["login"].body.decode()
        session = Session(values={"token": token}, expires_at=setting.at + timedelta(hours=1))
        return Step(session=session, asks=(_send(documents),))
    name, answer = next(iter(answers.items()))
    names = [one.submission for one in documents]
    if answer.failure is not None:
        return _failed(names, name, answer.failure)
    if answer.status == 401:
        return Step(outcomes={one: Outcome(state=_S.RETRY_SCHEDULED) for one in names}, drop_session=True, backoff=True)
    if answer.status == 403:
        retry = Outcome(state=_S.RETRY_SCHEDULED)
        return Step(
            outcomes=dict.fromkeys(names, retry), hold=Hold(code="F403", message="your certificate is not known")
        )
    if answer.status == 503:
        return Step(outcomes=dict.fromkeys(names, Outcome(state=_S.RETRY_SCHEDULED)), backoff=True)
    reply = msgspec.json.decode(answer.body, type=Reply)
    pause = answer.headers.get("pause")
    return Step(
        outcomes={one: _outcome(said, setting.at) for one, said in reply.items()},
        not_before=None if pause is None else setting.at + timedelta(seconds=float(pause)),
    )


def _failed(names: list[str], ask: str, failure: Failure) -> Step:
    if ask == "look":
        return Step(outcomes=dict.fromkeys(names, Outcome(state=_S.OUTCOME_UNKNOWN)), backoff=True)
    state = _S.RETRY_SCHEDULED if failure is Failure.NOT_SENT else _S.OUTCOME_UNKNOWN
    return Step(outcomes=dict.fromkeys(names, Outcome(state=state)), backoff=True)


def _outcome(said: Mapping[str, str], at: datetime) -> Outcome:
    state = SubmissionState(said["state"])
    code = said.get("code")
    standing = said.get("standing")
    return Outcome(
        state=state,
        authority_id=said.get("id"),
        code=code,
        message=said.get("message"),
        findings=(Finding(rule="TOY-1", message="wrong", external_code=code),) if code else (),
        standing=None if standing is None else Standing(standing),
        not_before=at + timedelta(seconds=float(said["wait"])) if "wait" in said else None,
    )


def _classify(kind: InstructionKind, code: str, message: str | None) -> Diagnosis:
    if code == "unexplained":
        raise KeyError(code)
    return Diagnosis(
        case_class=CaseClass.CONFIGURATION if code == "F403" else CaseClass.DATA_CORRECTION,
        sentence=f"{code} in plain words",
        path=Path.RESEAL,
        pointer="/lines/0",
        fix="mend it",
        actions=("edit",),
        editable=("/lines",),
    )


def accepted(submission: str) -> dict[str, str]:
    return {"state": "accepted", "id": f"A-{submission}", "standing": "registered"}


Behaviour = Callable[[Ask, list[str]], Answer | None]


class Authority:
    """`Lines` of one environment. `book` is what it holds; `heard` every question; `again` what was written twice."""

    def __init__(self) -> None:
        self.book: dict[str, str] = {}
        self.written: Counter[str] = Counter()
        self.heard: list[tuple[str, str, list[str]]] = []
        self.tokens: list[bytes] = []
        self.behaviours: list[str] = []
        self.answers: dict[str, dict[str, str]] = {}
        self.slow = 0.0
        self.hangs: dict[str, asyncio.Event] = {}
        self.running: Counter[str] = Counter()
        self.most_at_once = 0
        self.headers: dict[str, str] = {}

    @property
    def again(self) -> list[str]:
        return [name for name, times in self.written.items() if times > 1]

    def sent(self) -> list[list[str]]:
        return [names for _, ask, names in self.heard if ask == "send"]

    def line(self, jurisdiction: str, *, secrets: Secrets, identities: Identities) -> AuthorityLine:
        return AuthorityLine(self, jurisdiction, secrets)


class AuthorityLine:
    def __init__(self, authority: Authority, jurisdiction: str, secrets: Secrets) -> None:
        self._authority = authority
        self._jurisdiction = jurisdiction
        self._secrets = secrets

    async def ask_all(self, asks: Iterable[Ask]) -> Mapping[str, Answer]:
        return {ask.name: await self._ask(ask) for ask in asks}

    async def _ask(self, ask: Ask) -> Answer:
        authority = self._authority
        if ask.name == "login":
            authority.heard.append((self._jurisdiction, "login", []))
            password = await self._secrets("password", "text")
            return Answer(name=ask.name, status=200, body=b"token of " + password)
        for name, _ in ask.headers:
            if name == "x-token" and self._has_session():
                authority.tokens.append(await self._secrets("session", "token"))
        names = b"".join(piece for piece in ask.body if isinstance(piece, bytes)).decode().split("\n")
        authority.heard.append((self._jurisdiction, ask.name, names))
        return await self._answered(ask, names)

    def _has_session(self) -> bool:
        return getattr(self._secrets.__self__, "session", None) is not None  # type: ignore[attr-defined]

    async def _answered(self, ask: Ask, names: list[str]) -> Answer:
        authority = self._authority
        authority.running[self._jurisdiction] += 1
        authority.most_at_once = max(authority.most_at_once, authority.running[self._jurisdiction])
        try:
            if self._jurisdiction in authority.hangs:
                await authority.hangs[self._jurisdiction].wait()
            behaviour = authority.behaviours.pop(0) if authority.behaviours else "answer"
            if behaviour == "down":
                return Answer(name=ask.name, failure=Failure.NOT_SENT, detail="connection refused")
            if behaviour in ("401", "403", "503"):
                return Answer(name=ask.name, status=int(behaviour))
            await asyncio.sleep(authority.slow / 2)
            reply = self._write(names) if ask.name == "send" else self._look(names)
            await asyncio.sleep(authority.slow / 2)
            if behaviour == "lost":
                return Answer(name=ask.name, failure=Failure.MAYBE_SENT, detail="no answer")
            if behaviour == "silent":
                reply = {}
            return Answer(name=ask.name, status=200, headers=authority.headers, body=msgspec.json.encode(reply))
        finally:
            authority.running[self._jurisdiction] -= 1

    def _write(self, names: list[str]) -> Reply:
        authority, reply = self._authority, {}
        for name in names:
            authority.written[name] += 1
            reply[name] = authority.answers.get(name) or accepted(name)
            if reply[name]["state"].startswith("accepted"):
                authority.book[name] = f"A-{name}"
        return reply

    def _look(self, names: list[str]) -> Reply:
        """What they hold is accepted; what they never saw may be sent again."""
        book, answers = self._authority.book, self._authority.answers
        return {name: accepted(name) if name in book else answers.get(name) or {"state": "queued"} for name in names}
