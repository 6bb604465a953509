namespace Otedama.Mining;

/// <summary>Every wait of the Stratum client in one place.</summary>
public sealed record StratumTimings
{
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the connection to the replies of subscribe and authorize.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>From the reply of authorize to a job we can use; pools that mean it send one within a second.</summary>
    public TimeSpan FirstJob { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Not a line for this long: ask whether the pool is alive.</summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Not a line for this long, our question included: the pool is dead. Pools send a job every minute at least.
    /// </summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Neither a new job nor an accepted share for this long: the pool answers and gives no work.</summary>
    public TimeSpan ReconnectAfter { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>A submit without a reply for this long is given up and frees its place in the queue.</summary>
    public TimeSpan SubmitReply { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A write that takes this long means the pool does not read.</summary>
    public TimeSpan Write { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan BackoffFirst { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A connection that brought jobs and lasted this long forgives the failures before it.</summary>
    public TimeSpan HealthyAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a pool that is not for this rig is not tried again while another one works.</summary>
    public TimeSpan UnfitFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long one address of a pool's name is waited for before the next is tried beside it (RFC 8305).
    /// </summary>
    public TimeSpan AddressStagger { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// On a lesser pool: how long until the better ones are tried again, beside the running connection.
    /// </summary>
    public TimeSpan ReturnAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the watchdog looks.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(1);
}
