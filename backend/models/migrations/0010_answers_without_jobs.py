from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("models", "0009_comparisons_and_insights")]

    operations = [migrations.RemoveField(model_name="chat", name="job_id")]
