using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>Where the broker is and what its queues are made of: <c>ConnectionStrings:RabbitMq</c> and section <c>RabbitMq</c>.</summary>
internal sealed record RabbitMqOptions
{
    public required string Host { get; init; }
    public required int Port { get; init; }
    public required string VirtualHost { get; init; }
    public required string User { get; init; }
    public required string Password { get; init; }
    public required bool Tls { get; init; }

    /// <summary><c>RabbitMq:QueueType</c>: quorum queues (the default) survive a node; classic ones are for a small single node.</summary>
    public required bool Quorum { get; init; }

    /// <summary>
    /// <c>RabbitMq:PublishTimeout</c>: a publish that is not confirmed by then has failed. It may be stored all the same.
    /// </summary>
    public required TimeSpan PublishTimeout { get; init; }

    /// <summary>Connections that are the shop's own business, beside MassTransit's: they are opened again by whoever needs them.</summary>
    public ConnectionFactory Factory(string name) => new()
    {
        HostName = Host,
        Port = Port,
        VirtualHost = VirtualHost,
        UserName = User,
        Password = Password,
        Ssl = new SslOption(Host, enabled: Tls),
        AutomaticRecoveryEnabled = false,
        ClientProvidedName = name,
    };

    /// <summary>Null when no broker is configured.</summary>
    /// <exception cref="ConfigurationException">A value is wrong.</exception>
    public static RabbitMqOptions? From(IConfiguration configuration)
    {
        if (configuration.GetConnectionString("RabbitMq") is not { Length: > 0 } text) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps"))
            throw new ConfigurationException("ConnectionStrings:RabbitMq must be of the form amqp://user:password@host:5672/vhost.");
        var tls = uri.Scheme == "amqps";
        var user = uri.UserInfo.Split(':', 2);
        return new()
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : tls ? 5671 : 5672,
            VirtualHost = uri.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(uri.AbsolutePath[1..]) : "/",
            User = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : "guest",
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : "guest",
            Tls = tls,
            Quorum = configuration["RabbitMq:QueueType"] switch
            {
                null or "quorum" => true,
                "classic" => false,
                _ => throw new ConfigurationException("RabbitMq:QueueType must be quorum or classic."),
            },
            PublishTimeout = configuration.GetValue("RabbitMq:PublishTimeout", TimeSpan.FromSeconds(10)),
        };
    }
}
