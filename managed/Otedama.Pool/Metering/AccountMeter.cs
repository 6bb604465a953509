using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A login (address and worker name) and its counters. Fields belong to <see cref="PoolMeters"/>, under its lock.</summary>
internal sealed class AccountMeter(string address, byte[] script, string worker, int accountId)
    : Claimant(address, script, worker, accountId)
{
    public string UserAgent = "";
    public int Connections;
    public double Difficulty;
    public double Measured;
    public HashMeter Rate;
    public long Accepted;
    public long Rejected;
    public double ConnectedAt;
    public double LastShareAt = double.NaN;
}
