from django.db import migrations, models
from pgvector.django import VectorField

# Those whose passage is gone, or in no collection, wait for nothing.
_PLACE = """
DELETE FROM waiting_embeddings w
 WHERE NOT EXISTS (SELECT FROM rag_data r WHERE r.data_id = w.data_id AND r.collection_id IS NOT NULL);
UPDATE waiting_embeddings w SET collection_id = r.collection_id FROM rag_data r WHERE r.data_id = w.data_id;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('models', '0011_import_notification'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ragdata',
            index=models.Index(condition=models.Q(('image_urls', []), _negated=True), fields=['collection', 'data_id'], name='rag_data_pictured'),
        ),
        migrations.AlterField(
            model_name='passageembedding',
            name='embedding',
            field=VectorField(null=True),
        ),
        migrations.AddField(
            model_name='passageembedding',
            name='refusal',
            field=models.CharField(blank=True, default='', max_length=60),
        ),
        migrations.AddIndex(
            model_name='passageembedding',
            index=models.Index(condition=models.Q(('embedding__isnull', True)), fields=['embedder', 'collection'], name='passage_embedding_refused'),
        ),
        migrations.AddField(
            model_name='waitingembedding',
            name='collection_id',
            field=models.UUIDField(null=True),
        ),
        migrations.RunSQL(_PLACE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='waitingembedding',
            name='collection_id',
            field=models.UUIDField(),
        ),
        migrations.AddIndex(
            model_name='waitingembedding',
            index=models.Index(fields=['collection_id', 'data_id'], name='waiting_embedding_collection'),
        ),
    ]
