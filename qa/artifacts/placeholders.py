# ruff: noqa: E501  # lists of phrases and patterns read better one to a line
"""Text that was meant to be replaced, and tokens of machines that nobody meant to write."""

import re
from collections.abc import Iterator

from qa.checks.base import Severity, Suggestion
from qa.spans import Mark

REMOVE = (Suggestion("Remove", ""),)
PLACEHOLDER = re.compile(
    r"\blorem ipsum\b(?: dolor\b)?"
    r"|\[(?:insert|your|enter your|enter the|fill in|add your|describe your|name of|company name|recipient|sender|date here"
    r"|link here|url here|einfügen|hier einfügen|Ihr Name|Ihre|Dein Name"
    r"|insérer|insérez|votre nom|votre|insertar|inserte|su nombre|tu nombre|inserire|inserisci|infoga|ditt namn|lisää|nimesi|inserir"
    r"|seu nome|вставьте|вставить|ваше имя|ваше|укажите|вставте|вкажіть|ваше ім.я|插入|您的|你的|请填写|填写)(?=[\s\]:])[^\[\]\n]{0,60}\](?!\()"
    r"|\[(?:插入|您的|你的|请填写|在此)[^\[\]\n]{1,30}\]|【(?:插入|您的|你的|请填写)[^【】\n]{1,30}】"
    r"|<(?:insert|your|enter your) [^<>\n]{1,60}>|\{\{ ?\w{1,40} ?\}\}|\{(?:your|insert)[ _][\w ]{1,40}\}"
    r"|\[(?:TODO|FIXME|TBD|TBC|XXX|PLACEHOLDER)[^\[\]\n]{0,60}\]|\b(?:TODO|FIXME|TBD)(?=:| *$)|\[\.\.\.insert[^\]\n]*\]"
    r"|\[(?:Name|Full Name|First Name|Last Name|Date|Company|Company Name|Address|Your Address|Phone Number|Email|Email Address|City|Topic|Title|Link|URL|Source|X|XX)\](?![(\[:])",
    re.IGNORECASE | re.MULTILINE,
)
MACHINE = re.compile(
    r"<\|[a-z_]{2,30}\|>|</?(?:think|thinking|antThinking|antArtifact|reasoning|scratchpad|tool_call|function_calls)\b[^<>\n]{0,200}>"
    r"|\[/?INST\]|<</?SYS>>|</?s>(?=\s|\[|$)|<(?:bos|eos|pad|unk|start_of_turn|end_of_turn)>|<｜[^｜<>\n]{1,40}｜>"
    r"|^#{2,4} ?(?:Instruction|Response|Input|Assistant|Human|User):[ \t]*$|^:::(?:writing|contextList)\b[^\n]{0,100}$"
    r"|\[(?:object Object|\.\.\.truncated|truncated|response truncated)\]|\bundefined undefined\b|\bNaN undefined\b"
    r"|\\u[0-9a-fA-F]{4}(?=\\u[0-9a-fA-F]{4}|\b)|\b(?:attributableIndex|attribution|grounding_?Metadata)\"?:\s?\"?\d[\d-]*",
    re.MULTILINE,
)
# Buttons and labels of chat pages, alone on a line.
INTERFACE = re.compile(
    r"^[ \t]*(?:Copy code|Copy|Regenerate(?: response)?|ChatGPT said:|You said:|Show drafts|Sources?\+\d|View sources|Thought for (?:\d+ seconds?|a few seconds)"
    r"|Was this response better or worse\?|ChatGPT can make mistakes[^\n]{0,60}|Continue generating|Share this answer|Model: (?:Default|GPT)[^\n]{0,20}"
    r"|Code kopieren|Copier le code|Copiar código|Копировать код|复制代码)[ \t]*$",
    re.MULTILINE,
)


def find_placeholders(prose: str) -> Iterator[Mark]:
    for match in PLACEHOLDER.finditer(prose):
        if match[0].lower() in ("todo", "fixme", "tbd") and not match[0].isupper():
            continue
        yield Mark("placeholder", Severity.SHOULD, "Text that was meant to be replaced.", match.start(), match.end())


def find_machine(prose: str, is_answer: bool) -> Iterator[Mark]:
    for match in MACHINE.finditer(prose):
        message = "A token of a language model, left behind."
        yield Mark("machine_token", Severity.SHOULD, message, match.start(), match.end(), REMOVE)
    for match in INTERFACE.finditer(prose) if is_answer else ():
        message = "A label of a chat page, copied along."
        yield Mark("machine_token", Severity.SHOULD, message, match.start(), match.end(), REMOVE)
