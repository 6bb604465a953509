namespace Otedama.Asic;

/// <summary>A pool to be written to a device.</summary>
/// <param name="Url">stratum+tcp://host:port, with the scheme of what it speaks.</param>
/// <param name="User">As the pool wants it: a worker, or a payout address.</param>
public sealed record FleetPool(string Url, string User, FleetSecret Password)
{
    public override string ToString() => $"{Url} as {User}";
}
