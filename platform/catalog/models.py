from django.db import models


class Language(models.Model):
    code = models.CharField("BCP 47 code", max_length=16, primary_key=True)
    name = models.CharField(max_length=60)
    right_to_left = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def direction(self) -> str:
        return "rtl" if self.right_to_left else "ltr"


class Domain(models.Model):
    slug = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=80, unique=True)
    # General cells go to generalists, the others to people who know the field.
    general = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
