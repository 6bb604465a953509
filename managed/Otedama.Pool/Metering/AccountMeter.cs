namespace Otedama.Pool;

/// <summary>Counters of one account (address and worker name). Fields belong to <see cref="PoolMeters"/>, under its lock.</summary>
internal sealed class AccountMeter
{
    public AccountMeter(int accountId, string address, string worker)
    {
        AccountId = accountId;
        Address = address;
        Worker = worker;
    }

    public int AccountId { get; }

    public string Address { get; }

    public string Worker { get; }

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
