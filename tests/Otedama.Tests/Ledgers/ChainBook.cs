using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Tests.Ledgers;

/// <summary>A ledger that notes what a share chain would be told.</summary>
internal sealed class ChainBook(Ledger ledger) : IShareBook
{
    public List<(PoolJob Job, byte[] Header, Candidate Candidate, Hash256 Hash)> Told { get; } = [];

    public bool Throws { get; set; }

    public bool HasPending => ledger.HasPending;

    public void ChainShare(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 hash)
    {
        Told.Add((job, header.ToArray(), candidate, hash));
        if (Throws)
        {
            throw new InvalidOperationException("a broken chain");
        }
    }

    public bool TryAppend(ReadOnlySpan<ShareRecord> shares) => ledger.TryAppend(shares);

    public void Commit() => ledger.Commit();

    public BlockBooking Book(PoolJob job, Hash256 block, int finderAccount) => ledger.Book(job, block, finderAccount);

    public bool BookKept(BlockBooking booking) => ledger.BookKept(booking);

    public void BlockRefused(Hash256 blockHash, string reason) => ledger.BlockRefused(blockHash, reason);
}
