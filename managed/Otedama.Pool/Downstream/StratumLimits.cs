namespace Otedama.Pool;

/// <summary>Limits of the Stratum server; each with what happens beyond it.</summary>
public sealed record StratumLimits
{
    /// <summary>Open connections; more are closed at once and counted.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>Worker names one connection may authorize; more are refused with error 24.</summary>
    public int WorkersPerConnectionMax { get; init; } = 64;

    /// <summary>Submits of one connection waiting for their verdict; more are refused with error 20.</summary>
    public int SubmitsPendingMax { get; init; } = 256;

    /// <summary>Bytes waiting for a reader; a connection that reads slower is closed.</summary>
    public int OutputBytesMax { get; init; } = 256 * 1024;

    /// <summary>A connection whose output nobody takes for this long is closed.</summary>
    public TimeSpan UnreadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An unfinished line older than this closes the connection.</summary>
    public TimeSpan LineTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A connection that has not authorized after this is closed.</summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection that sent nothing for this long is closed; small miners find a share every few minutes.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(900);

    /// <summary>Sessions remembered after their connection ended, to resume with the same extranonce.</summary>
    public int ResumableSessionsMax { get; init; } = 65_536;

    public TimeSpan ResumeWithin { get; init; } = TimeSpan.FromMinutes(10);

    public void Check()
    {
        PoolOptions.Require(ConnectionsMax is >= 1 and <= 1_000_000, $"max_connections is {ConnectionsMax}; 1 to 1000000 is allowed");
        PoolOptions.Require(WorkersPerConnectionMax is >= 1 and <= 4_096, $"workers per connection is {WorkersPerConnectionMax}; 1 to 4096 is allowed");
        PoolOptions.Require(SubmitsPendingMax is >= 1 and <= 65_536, $"pending submits is {SubmitsPendingMax}; 1 to 65536 is allowed");
        PoolOptions.Require(OutputBytesMax is >= 65_536 and <= 64 << 20, $"output buffer is {OutputBytesMax} bytes; 64 KiB to 64 MiB is allowed");
        PoolOptions.Require(UnreadTimeout > TimeSpan.Zero, $"unread timeout {UnreadTimeout} has to be above 0");
        PoolOptions.Require(LineTimeout > TimeSpan.Zero, $"line timeout {LineTimeout} has to be above 0");
        PoolOptions.Require(LoginTimeout > TimeSpan.Zero, $"login timeout {LoginTimeout} has to be above 0");
        PoolOptions.Require(SilenceTimeout > TimeSpan.Zero, $"silence timeout {SilenceTimeout} has to be above 0");
        PoolOptions.Require(ResumableSessionsMax >= 0, $"resumable sessions is {ResumableSessionsMax}; it cannot be negative");
    }
}
