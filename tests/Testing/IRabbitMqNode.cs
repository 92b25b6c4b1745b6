namespace Shop.Testing;

/// <summary>A broker that the tests may start and kill.</summary>
internal interface IRabbitMqNode : IDisposable
{
    int AmqpPort { get; }
    int ManagementPort { get; }

    /// <summary>Where its meters are.</summary>
    int PrometheusPort { get; }
    bool HasExited { get; }

    void Start();
    void Kill();

    /// <summary>SIGTERM, and waits until it has ended.</summary>
    void Stop();

    /// <summary>Loses all that it has stored; it is not running.</summary>
    void Wipe();

    /// <summary>Runs <c>rabbitmqctl</c> with the arguments.</summary>
    void Control(params string[] arguments);

    /// <summary>The end of what it said, for a failed start.</summary>
    string Log();
}
