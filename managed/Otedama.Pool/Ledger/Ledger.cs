using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Who worked, who is owed and who was paid: a fold over the share log, kept up to date while the pool runs. Safe from
/// any thread.
/// </summary>
public sealed class Ledger : IDisposable
{
    /// <summary>Opens or creates the log and replays it.</summary>
    public static Ledger Open(LedgerOptions options, TimeProvider time, ILogger logger) =>
        throw new NotSupportedException("the ledger's storage follows");

    /// <summary>
    /// Number of the account with this script and worker name, made when new. Throws LedgerFullException when
    /// AccountsMax accounts exist. Worker names are cut to 191 bytes of UTF-8.
    /// </summary>
    public int InternAccount(string address, ReadOnlySpan<byte> script, string worker) =>
        throw new NotSupportedException("the ledger's storage follows");

    /// <summary>The split for a block on this template with at most outputsMax payees (at least 1, the operator).</summary>
    public PayoutSplit SplitFor(Template template, int outputsMax) =>
        throw new NotSupportedException("the ledger's storage follows");

    /// <summary>
    /// As above when the coinbase belongs to one account's session only (SOLO): that account takes everything after fee.
    /// </summary>
    public PayoutSplit SplitFor(Template template, int outputsMax, int finderAccount) =>
        throw new NotSupportedException("the ledger's storage follows");

    /// <summary>Every node refused our block: its bookings are reverted.</summary>
    public void BlockRefused(Hash256 blockHash, string reason)
    {
    }

    public void Dispose()
    {
    }
}
