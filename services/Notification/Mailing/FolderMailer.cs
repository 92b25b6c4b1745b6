using System.Net.Mail;
using Shop.Notification.Letters;

namespace Shop.Notification.Mailing;

/// <summary>
/// Puts each mail into a folder as <c>&lt;kind&gt;-&lt;event id&gt;.eml</c>, for a machine without an SMTP server. A file is
/// either whole or not there, and the same mail again is the same file. Beside what SMTP carries, the file begins with the
/// envelope (<c>X-Sender</c>, <c>X-Receiver</c>), as pickup folders have it.
/// </summary>
public sealed class FolderMailer(MailSettings settings) : IMailer
{
    private readonly string folder = Path.GetFullPath(settings.Folder);

    public async Task Send(OutgoingMail mail, CancellationToken cancellation)
    {
        // Inside the folder: a file is moved in one step only within one file system.
        var workshop = Directory.CreateDirectory(Path.Combine(folder, $".{Guid.NewGuid():N}"));
        try
        {
            using var client = new SmtpClient
            {
                DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory,
                PickupDirectoryLocation = workshop.FullName,
            };
            using var message = mail.ToMessage(settings.From);
            await client.SendMailAsync(message, cancellation);
            var written = workshop.EnumerateFiles().Single().FullName;
            await using (var file = new FileStream(written, FileMode.Open, FileAccess.ReadWrite)) file.Flush(flushToDisk: true);
            File.Move(written, Path.Combine(folder, $"{mail.Kind.Name()}-{mail.EventId}.eml"), overwrite: true);
        }
        finally
        {
            workshop.Delete(recursive: true);
        }
    }

    /// <summary>Deletes the mails that were put there before that time; how many those were. Other files are left alone.</summary>
    public int Prune(DateTimeOffset before)
    {
        var names = Enum.GetValues<LetterKind>().Select(kind => $"{kind.Name()}-").ToList();
        var old = Directory.Exists(folder)
            ? new DirectoryInfo(folder).EnumerateFiles("*.eml").Where(file =>
                file.LastWriteTimeUtc < before.UtcDateTime
                && names.Exists(name => file.Name.StartsWith(name, StringComparison.Ordinal) && Guid.TryParse(file.Name.AsSpan(name.Length, file.Name.Length - name.Length - ".eml".Length), out _))).ToList()
            : [];
        foreach (var file in old) file.Delete();
        return old.Count;
    }

    public async Task Probe(CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".{Guid.NewGuid():N}");
            await File.WriteAllBytesAsync(probe, [], cancellation);
            File.Delete(probe);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"The folder {folder} cannot be written to.", exception);
        }
    }
}
