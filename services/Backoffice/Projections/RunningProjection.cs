using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Projections;

/// <summary>
/// A projection at work: the build that is read follows the log; another, when it was asked for or there is none that can be
/// read, is built beside it and takes its place once it knows no less. Readers see the one or the other, whole.
/// </summary>
internal sealed partial class RunningProjection(Projection projection, string folder, EventFeed feed, TimeProvider clock, ILogger log)
{
    private readonly Lock gate = new();
    private readonly List<int> unusable = [];
    private Follower? live;
    private Follower? build;
    private TaskCompletionSource asked = New();
    private Task following = Task.CompletedTask;
    private CancellationTokenSource? stopFollowing;
    private string? stoppedBy;
    private string? rebuildFailed;
    private bool buildIsStopped;

    public Projection Projection => projection;

    /// <summary>Reads the tables as they are after some event of the log.</summary>
    /// <exception cref="ProblemException">503: there are none yet.</exception>
    public T Read<T>(Func<SqliteSession, T> read)
    {
        while (Volatile.Read(ref live)?.File is { } file)
        {
            if (file.TryRead(read, out var result)) return result!;
        }

        throw new ProblemException(
            StatusCodes.Status503ServiceUnavailable, "projection-building", $"{projection.Name} is being built. Try again.", Describe().LastError)
        {
            RetryAfter = TimeSpan.FromSeconds(2),
        };
    }

    /// <summary>Has it built anew.</summary>
    /// <exception cref="ProblemException">409: it is being built.</exception>
    public void Rebuild()
    {
        lock (gate)
        {
            // A first build that was stopped is not at work: it may begin again.
            if ((build is not null && !buildIsStopped) || !asked.TrySetResult())
                throw new ProblemException(StatusCodes.Status409Conflict, "rebuild-in-progress", $"{projection.Name} is being built already.");
        }
    }

    public ProjectionView Describe()
    {
        lock (gate)
        {
            var (shown, end) = (live ?? build, feed.LastPosition);
            var position = shown?.File.Position ?? 0;
            var behind = Math.Max(0, (end ?? position) - position);
            return new()
            {
                Name = projection.Name,
                State = stoppedBy is not null ? ProjectionState.Stopped : live is null ? ProjectionState.Building : ProjectionState.Live,
                Position = position,
                LagEvents = behind,
                LagSeconds = shown?.BehindSince is { } since && behind > 0 ? Math.Max(0, Math.Round((clock.GetUtcNow() - since).TotalSeconds, 3)) : 0,
                EventsPerSecond = shown?.Throughput.PerSecond ?? 0,
                LastError = stoppedBy ?? shown?.LastError ?? rebuildFailed ?? feed.Trouble,
                Build = live?.File.Build ?? 0,
                Rebuild = build is not null
                    ? new(
                        build.StartedAt, build.File.Position, Math.Max(end ?? 0, build.File.Position), Percent(build.File.Position, end),
                        build.Throughput.PerSecond, build.LastError)
                    : asked.Task.IsCompleted ? new(clock.GetUtcNow(), 0, end ?? 0, 0, 0, null) : null,
            };
        }
    }

    /// <summary>How many events were applied since the start.</summary>
    public long Applied => (live?.Throughput.Total ?? 0) + (build?.Throughput.Total ?? 0);

    /// <summary>Runs until the host stops.</summary>
    public async Task Run(CancellationToken stopping)
    {
        try
        {
            await Guard(Open, stopping);
            Follow(stopping);
            while (!stopping.IsCancellationRequested)
            {
                if (build is null || buildIsStopped)
                {
                    await asked.Task.WaitAsync(stopping);
                    await Guard(Begin, stopping);
                }

                if (build is not null && !buildIsStopped) await Build(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            await StopFollowing();
            if (build is not null) await build.File.DisposeAsync();
            if (live is not null) await live.File.DisposeAsync();
        }
    }

    /// <summary>Whatever goes wrong with its files stops this projection, and nothing else.</summary>
    private async Task Guard(Func<Task> work, CancellationToken stopping)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            LogUnusable(log, projection.Name, exception.Message);
            lock (gate)
            {
                if (live is null) stoppedBy = exception.Message;
                else rebuildFailed = exception.Message;
                if (asked.Task.IsCompleted) asked = New();
            }
        }
    }

    /// <summary>Finds the build that is read and the one that was being built when the program ended; begins one when there is neither.</summary>
    private async Task Open()
    {
        string? damage = null;
        foreach (var number in ProjectionFile.Builds(folder, projection))
        {
            try
            {
                var file = await ProjectionFile.Open(folder, projection, number);
                if (file is { IsLive: true } && live is null) live = NewFollower(file);
                else if (file is { IsLive: false } && live is null && build is null) build = NewFollower(file);
                else
                {
                    if (file is not null) await file.DisposeAsync();
                    ProjectionFile.Delete(folder, projection, number);
                }
            }
            catch (ConfigurationException exception)
            {
                damage = exception.Message;
                unusable.Add(number);
                LogUnusable(log, projection.Name, exception.Message);
            }
        }

        if (live is not null || build is not null) return;
        // What is damaged is not thrown away before somebody has said so.
        if (damage is not null) stoppedBy = damage;
        else await Begin();
    }

    private async Task Begin()
    {
        if (build is not null) await Discard(build.File);
        build = null;
        var number = Math.Max(live?.File.Build ?? 0, unusable.DefaultIfEmpty(0).Max()) + 1;
        var file = await ProjectionFile.Open(folder, projection, number);
        lock (gate)
        {
            (build, stoppedBy, rebuildFailed, buildIsStopped) = (NewFollower(file!), live is null ? null : stoppedBy, null, false);
            asked = New();
        }
    }

    private async Task Build(CancellationToken stopping)
    {
        var next = build!;
        try
        {
            long? end = null;
            await next.Run(() => (end ??= feed.LastPosition) is { } known && next.File.Position >= Math.Max(known, Read()), isInNoHurry: live is not null, stopping);
            await StopFollowing();
            await next.Run(() => next.File.Position >= Read(), isInNoHurry: false, stopping);
            await next.File.GoLive();
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            LogStopped(log, projection.Name, exception.Message);
            if (live is null)
            {
                lock (gate) (stoppedBy, buildIsStopped) = (exception.Message, true);
                return;
            }

            await Discard(next.File);
            lock (gate) (build, rebuildFailed) = (null, $"rebuild {exception.Message}");
            if (stopFollowing is null) Follow(stopping);
            return;
        }

        // What the readers have seen; nothing, when it was of another log than this one.
        long Read() => live is { } current && current.File.Position <= feed.LastPosition ? current.File.Position : 0;

        Follower? old;
        lock (gate) (old, live, build, stoppedBy, rebuildFailed) = (live, next, null, null, null);
        LogBuilt(log, projection.Name, next.Throughput.Total, (clock.GetUtcNow() - next.StartedAt).TotalSeconds);
        Follow(stopping);
        if (old is not null) await Discard(old.File);
        foreach (var number in unusable) ProjectionFile.Delete(folder, projection, number);
        unusable.Clear();
    }

    private void Follow(CancellationToken stopping)
    {
        if (live is not { } follower) return;
        stopFollowing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        following = Run(stopFollowing.Token);

        async Task Run(CancellationToken stop)
        {
            try
            {
                await follower.Run(() => !follower.File.Exists, isInNoHurry: false, stop);
                LogDeleted(log, projection.Name);
                lock (gate) asked.TrySetResult();
            }
            catch (UnreadableEventException exception)
            {
                LogStopped(log, projection.Name, exception.Message);
                lock (gate) stoppedBy = exception.Message;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The host stops, or another build takes over.
            }
        }
    }

    private async Task StopFollowing()
    {
        if (stopFollowing is not { } stop) return;
        await stop.CancelAsync();
        await following;
        stop.Dispose();
        stopFollowing = null;
    }

    private async Task Discard(ProjectionFile file)
    {
        await file.Retire();
        ProjectionFile.Delete(folder, projection, file.Build);
    }

    private Follower NewFollower(ProjectionFile file) => new(file, projection, feed, clock, log);

    private static double Percent(long position, long? end) => end is not > 0 ? 0 : Math.Round(Math.Min(100, 100.0 * position / end.Value), 1);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(LogLevel.Information, "Projection {Projection} is built: {Events} events in {Seconds} s")]
    private static partial void LogBuilt(ILogger log, string projection, long events, double seconds);

    [LoggerMessage(LogLevel.Critical, "Projection {Projection} {Obstacle}")]
    private static partial void LogStopped(ILogger log, string projection, string obstacle);

    [LoggerMessage(LogLevel.Warning, "The file of projection {Projection} was deleted: it is being built anew")]
    private static partial void LogDeleted(ILogger log, string projection);

    [LoggerMessage(LogLevel.Error, "Projection {Projection} cannot be read, and can be rebuilt: {Damage}")]
    private static partial void LogUnusable(ILogger log, string projection, string damage);
}
