using System.Buffers.Binary;
using Otedama.Asic;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Jobs for a chain out of a desk. It leases a prefix of the extranonce space and counts the rest itself, a number a
/// job, so that no chip does the work of another; where the space cannot be lent it takes whole ranges of nonces. Only
/// for SHA-256d. Called by the thread that steps the chain.
/// </summary>
internal sealed class DeskChipWork(int workerId) : IChipWork, IDisposable
{
    private const ulong AllNonces = 1UL << 32;

    private IWorkDesk? _desk;
    private PrefixLease? _lease;
    private ulong _number;      // of the next extranonce under the lease
    private ulong _given;       // of them to the present job
    private uint _jobId;
    private int _epoch;
    private bool _isVoid = true;
    private long _generation;

    /// <summary>Grows as soon as what was given out is not worth finishing.</summary>
    public long Generation
    {
        get
        {
            if (!_isVoid && _desk!.IsVoid(_epoch))
            {
                _isVoid = true;
                _generation++;
            }
            return _generation;
        }
    }

    /// <summary>Why there is nothing to do; None = there is.</summary>
    public IdleReason Idle { get; private set; } = IdleReason.NoJob;

    public void Attach(IWorkDesk desk) => _desk = desk;

    public ChipJob? Next()
    {
        if (_desk is not { } desk)
        {
            return null;
        }
        _ = Generation; // before the epoch is another
        Piece? taken = Take(desk);
        Idle = taken is not null ? IdleReason.None : desk.Idle is var why and not IdleReason.None ? why
            : IdleReason.SearchedThrough;
        if (taken is not { } piece)
        {
            return null;
        }
        (_epoch, _isVoid) = (piece.Epoch, false);
        BitcoinRecipe recipe = (BitcoinRecipe)piece.Range.Job.Recipe;
        Span<byte> root = stackalloc byte[Hash256.Size];
        BitcoinHash.MerkleRoots(
            root,
            piece.Extranonce,
            piece.Extranonce.Length,
            recipe.CoinbasePrefix.Span,
            recipe.CoinbaseSuffix.Span,
            recipe.Branches.Span);
        return new ChipJob
        {
            Version = piece.Range.Versions[0],
            VersionMask = piece.IsLeased ? recipe.Rolling.Mask : 0,
            PreviousHash = recipe.PreviousHash,
            MerkleRoot = new Hash256(root),
            Time = recipe.Time,
            Bits = recipe.Bits,
            ShareTarget = piece.Range.Job.ShareTarget,
            Generation = _generation,
            Tag = piece,
        };
    }

    public void Found(in ChipNonce nonce)
    {
        Piece piece = (Piece)nonce.Job.Tag!;
        WorkRange range = piece.Range;
        if (nonce.Nonce < range.NonceFirst || nonce.Nonce - range.NonceFirst >= range.NonceCount)
        {
            return; // a part of these nonces is another worker's, and chips search all of them
        }
        Candidate candidate = new()
        {
            JobId = range.Job.Id,
            WorkerId = workerId,
            Nonce = nonce.Nonce,
            Time = nonce.Job.Time,
            Version = nonce.Version,
            Extranonce = new Extranonce(piece.Extranonce),
            Target = range.Job.ShareTarget,
            Proof = null,
            ReceivedAt = nonce.ReceivedAt,
        };
        _desk!.Offer(candidate, nonce.Hash, range, piece.Epoch);
    }

    public void Dispose()
    {
        if (_lease is { } lease)
        {
            _desk!.Return(lease);
            _lease = null;
        }
    }

    private Piece? Take(IWorkDesk desk)
    {
        for (int attempt = 0; attempt < 2; attempt++)
        {
            _lease ??= Lease(desk);
            if (_lease is not { } lease)
            {
                return desk.TryTake(new RangeAppetite(AllNonces, 1, 0), out int epochOfRange) is { } whole
                    ? new Piece(whole, epochOfRange, whole.Extranonce.ToArray(), false)
                    : null;
            }
            if (desk.TryTake(lease, 0, out int epoch) is { } range)
            {
                return NextUnder(lease, range) is { } extranonce ? new Piece(range, epoch, extranonce, true) : null;
            }
            if (desk.Idle != IdleReason.None)
            {
                return null;
            }
            _lease = null; // it is over: another connection
        }
        return null;
    }

    private PrefixLease? Lease(IWorkDesk desk)
    {
        _number = 0;
        _jobId = 0;
        _given = 0;
        return desk.TryLease(workerId);
    }

    /// <summary>Null once every number was given to this job.</summary>
    private byte[]? NextUnder(PrefixLease lease, WorkRange range)
    {
        if (range.Job.Id != _jobId)
        {
            (_jobId, _given) = (range.Job.Id, 0);
        }
        ulong last = lease.Rest >= sizeof(ulong) ? ulong.MaxValue : (1UL << (8 * lease.Rest)) - 1;
        if (_given > last)
        {
            return null;
        }
        byte[] extranonce = new byte[lease.Prefix.Length + lease.Rest];
        lease.Prefix.Span.CopyTo(extranonce);
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(number, _number);
        int used = Math.Min(lease.Rest, sizeof(ulong));
        number[^used..].CopyTo(extranonce.AsSpan(extranonce.Length - used));
        _given++;
        _number = _number == last ? 0 : _number + 1;
        return extranonce;
    }

    /// <summary>What a job was made of.</summary>
    private sealed record Piece(WorkRange Range, int Epoch, byte[] Extranonce, bool IsLeased);
}
