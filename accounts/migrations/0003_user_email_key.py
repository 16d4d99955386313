from django.db import migrations, models

from accounts.mailboxes import mailbox


def fill(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    for user in User.objects.only("email").iterator():
        User.objects.filter(pk=user.pk).update(email_key=mailbox(user.email))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_answered_apikey")]

    operations = [
        migrations.AddField("user", "email_key", models.CharField(max_length=320, editable=False, null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("user", "email_key", models.CharField(max_length=320, editable=False, unique=True)),
    ]
