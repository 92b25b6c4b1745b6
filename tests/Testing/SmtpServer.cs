using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using NUnit.Framework;

namespace Shop.Testing;

/// <summary>How a <see cref="SmtpServer"/> answers.</summary>
public enum SmtpMode
{
    /// <summary>Takes every mail.</summary>
    Normal,

    /// <summary>451 to the recipient.</summary>
    TempFail,

    /// <summary>450 to the recipient: what a server says that wants to see a stranger twice.</summary>
    Greylist,

    /// <summary>550 to the recipient.</summary>
    Reject,

    /// <summary>554 to the content.</summary>
    RejectData,

    /// <summary>Does not answer to the recipient for as long as it is in this mode.</summary>
    Slow,

    /// <summary>Takes the mail, and breaks the connection instead of saying so.</summary>
    Drop,
}

/// <summary>A mail that a <see cref="SmtpServer"/> took, as Python's mail library reads it.</summary>
public sealed record ReceivedMail(
    string File,
    string From,
    IReadOnlyList<string> To,
    bool Tls,
    string? User,
    IReadOnlyDictionary<string, string> Headers,
    IReadOnlyList<string> Defects,
    IReadOnlyList<string> Types,
    string? Text,
    string? Html);

/// <summary>
/// A real SMTP server on a port of its own: aiosmtpd (Debian: python3-aiosmtpd) in a child process. A test that needs it is
/// skipped where it is not installed, and fails there when <c>SHOP_TEST_REQUIRE=1</c>.
/// </summary>
public sealed class SmtpServer : IAsyncDisposable
{
    private const string User = "shop";
    private static readonly string[] Pythons = ["/usr/bin/python3", "python3"];
    private static readonly Lazy<string?> Python = new(() => Pythons.FirstOrDefault(HasAiosmtpd));
    private readonly TemporaryFolder folder = new();
    private readonly Process process;

    private SmtpServer(bool tls, bool authentication)
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "mails"));
        var script = Path.Combine(folder.Path, "smtp_sink.py");
        using (var source = typeof(SmtpServer).Assembly.GetManifestResourceStream("smtp_sink.py")!)
        using (var target = File.Create(script))
            source.CopyTo(target);
        Mode = SmtpMode.Normal;
        var start = new ProcessStartInfo(Python.Value!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[script, Folder]) start.ArgumentList.Add(argument);
        if (tls)
        {
            WriteCertificate();
            foreach (var argument in (string[])["--certificate", CertificateFile, "--key", KeyFile]) start.ArgumentList.Add(argument);
        }

        if (authentication)
        {
            foreach (var argument in (string[])["--user", User, "--password", Password]) start.ArgumentList.Add(argument);
        }

        process = Process.Start(start)!;
        Port = int.Parse(process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The SMTP server did not start."));
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Who may authenticate.</summary>
    public string UserName { get; } = User;

    /// <summary>The password of <see cref="UserName"/>.</summary>
    public string Password { get; } = "pass word &+ünlock";

    /// <summary>Where accepted mails are, each as a file.</summary>
    public string Folder => Path.Combine(folder.Path, "mails");

    /// <summary>The server's certificate, for 127.0.0.1 and localhost; a client trusts it by <c>SSL_CERT_FILE</c>.</summary>
    public string CertificateFile => Path.Combine(folder.Path, "certificate.pem");

    /// <summary>How it answers from now on.</summary>
    public SmtpMode Mode
    {
        set
        {
            var next = Path.Combine(Folder, "mode.next");
            File.WriteAllText(next, value switch
            {
                SmtpMode.TempFail => "tempfail",
                SmtpMode.Greylist => "greylist",
                SmtpMode.Reject => "reject",
                SmtpMode.RejectData => "reject-data",
                SmtpMode.Slow => "slow",
                SmtpMode.Drop => "drop",
                _ => "normal",
            });
            File.Move(next, Path.Combine(Folder, "mode"), overwrite: true);
        }
    }

    private string KeyFile => Path.Combine(folder.Path, "key.pem");

    /// <summary>A running server, or a skipped test.</summary>
    /// <param name="tls">Wants STARTTLS before anything else, with a certificate that it makes for itself.</param>
    /// <param name="authentication">Wants <see cref="UserName"/> and <see cref="Password"/>.</param>
    public static SmtpServer Start(bool tls = false, bool authentication = false)
    {
        if (Python.Value is null)
        {
            const string missing = "This test needs an SMTP server: install python3 and python3-aiosmtpd.";
            if (Environment.GetEnvironmentVariable("SHOP_TEST_REQUIRE") == "1") Assert.Fail(missing);
            Assert.Ignore(missing);
        }

        return new SmtpServer(tls, authentication);
    }

    /// <summary>Every mail accepted so far, the first first.</summary>
    public IReadOnlyList<ReceivedMail> Mails()
    {
        var file = Path.Combine(Folder, "mails.jsonl");
        if (!File.Exists(file)) return [];
        // The last line may be half written.
        var lines = File.ReadAllText(file);
        return
        [
            .. lines[..(lines.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<ReceivedMail>(line, JsonSerializerOptions.Web)!),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Dispose();
    }

    private static bool HasAiosmtpd(string python)
    {
        try
        {
            using var probe = Process.Start(new ProcessStartInfo(python, ["-c", "import aiosmtpd.smtp"]) { RedirectStandardError = true })!;
            probe.StandardError.ReadToEnd();
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }
}
