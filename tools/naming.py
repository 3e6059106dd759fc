"""Names of resource classes and methods, from the names in the document."""

from __future__ import annotations

from keyword import iskeyword

__all__ = ["method_name", "resource_class"]


def resource_class(tag: str) -> str:
    """Return a tag's resource class: ``access_tokens`` is ``AccessTokens``."""
    return "".join(word.capitalize() for word in tag.split("_"))


def method_name(operation: str, tag: str) -> str:
    """Return an operation's method on its tag's resource class.

    It is the operation's name less its tag's words, whether these are in the singular
    or in the plural: ``create_access_token`` of ``access_tokens`` is ``create``. A name
    of which nothing, or no identifier, would be left is kept whole.
    """
    words, tag_words = operation.split("_"), [_singular(word) for word in tag.split("_")]
    for start in range(len(words) - len(tag_words) + 1):
        end = start + len(tag_words)
        if [_singular(word) for word in words[start:end]] == tag_words:
            words = words[:start] + words[end:]
            break
    name = "_".join(words)
    return name if name.isidentifier() and not iskeyword(name) else operation


def _singular(word: str) -> str:
    """Return the stem that a word and its plural share; it need not be a word."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
