"""Counts of what was asked and answered, an hour a row: nobody reads a million chats to draw a plot."""

from __future__ import annotations

from django.db import models


class InsightHour(models.Model):
    """Questions that were asked in the hour which begins at `hour`, by how they were answered."""

    hour = models.DateTimeField()
    mode = models.CharField(max_length=16)
    model = models.CharField(max_length=200)
    status = models.CharField(max_length=16)
    error_code = models.CharField(max_length=64)
    questions = models.BigIntegerField()
    input_tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()

    class Meta:
        db_table = "insight_hours"
        indexes = [models.Index(fields=["hour"], name="insight_hour")]


class InsightTime(models.Model):
    """How often an answer took so long: `bin` stands for a range of milliseconds (`chat/insights/bins.py`)."""

    hour = models.DateTimeField()
    model = models.CharField(max_length=200)
    # "first" token, or the "total".
    measure = models.CharField(max_length=8)
    bin = models.SmallIntegerField()
    answers = models.BigIntegerField()

    class Meta:
        db_table = "insight_times"
        indexes = [models.Index(fields=["hour"], name="insight_time")]


class InsightProgress(models.Model):
    """One row: all hours before `until` are counted. Whoever counts holds it locked."""

    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "insight_progress"
