namespace Otedama.Mining;

/// <summary>Every wait of the Stratum client in one place.</summary>
public sealed record StratumTimings
{
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the connection to the replies of subscribe and authorize.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>No notify for this long: ask whether the pool is alive.</summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>No notify for this long: connect anew.</summary>
    public TimeSpan ReconnectAfter { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>A submit without a reply for this long is given up and frees its place in the queue.</summary>
    public TimeSpan SubmitReply { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A write that takes this long means the pool does not read.</summary>
    public TimeSpan Write { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan BackoffFirst { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A connection that lasted this long forgives the failures before it.</summary>
    public TimeSpan HealthyAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>On a lesser pool: how long until the better ones are tried again, beside the running connection.</summary>
    public TimeSpan ReturnAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the watchdog looks.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(1);
}
