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

    /// <summary>Over all blocks that are not orphaned.</summary>
    public Amount Earned { get; set; }

    /// <summary>In coinbases of blocks that are not orphaned.</summary>
    public Amount Paid { get; set; }

    /// <summary>
    /// What a coinbase may pay beyond new earnings: credits count when their block is confirmed, debits at once. So
    /// that nobody is paid from a block that is orphaned later.
    /// </summary>
    public Amount Payable { get; set; }
}
