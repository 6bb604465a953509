using Otedama.Core;

namespace Otedama.Pool;

/// <summary>One worker name of one payee: the fold's own, under the ledger's lock.</summary>
internal sealed class LedgerAccount
{
    public required int Id { get; init; }

    public required LedgerPayee Payee { get; init; }

    public required string Worker { get; init; }

    public WorkMeter? Meter { get; set; }

    public long Shares { get; set; }

    public UInt128 Work { get; set; }

    public long LastShareMs { get; set; }

    /// <summary>The luckiest hash: its most significant 64 bits, smaller is better.</summary>
    public ulong BestHashTop { get; set; } = ulong.MaxValue;
}

/// <summary>One output script: where the money of its accounts goes. Numbered as the first of its accounts.</summary>
internal sealed class LedgerPayee
{
    public required int Id { get; init; }

    public required ReadOnlyMemory<byte> Script { get; set; }

    public required string Address { get; set; }

    public LedgerBalance Balance { get; } = new();

    /// <summary>Work that earned at once (PPS), so that the rounding of single shares never adds up.</summary>
    public UInt128 WorkCredited { get; set; }

    /// <summary>Worker names of its own, the first included.</summary>
    public int Workers { get; set; }
}
