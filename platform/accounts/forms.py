from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

from accounts.models import User


class JoinForm(forms.Form):
    """Name and password of a new account; the address comes from the invitation."""

    name = forms.CharField(
        max_length=120,
        help_text="Shown to managers and editors; authors and reviewers never see each other's.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        strip=False, max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label="Password again",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        password = cleaned.get("password", "")
        if password and cleaned.get("again") and password != cleaned["again"]:
            self.add_error("again", "The two passwords differ.")
        if password:
            self._validate(password, cleaned.get("name", ""))
        return cleaned

    def _validate(self, password: str, name: str) -> None:
        try:
            validate_password(password, User(email=self.email, name=name))
        except ValidationError as error:
            self.add_error("password", error)
