namespace Otedama.Core;

/// <summary>
/// Places for the proofs of candidates under way, all of one length, so that a share's proof takes no new memory. A place
/// is made when first needed and used again and again; there are never more than max, as a ring has so many slots and no
/// more. Whoever fills a candidate rents one; whoever is done with the candidate, or could not hand it on, returns it,
/// once. Any thread.
/// </summary>
/// <param name="length">Bytes of a proof; 0 where the nonce is the whole proof.</param>
public sealed class ProofSlab(int length, int max)
{
    private readonly Lock _gate = new();
    private byte[][] _free = new byte[Math.Min(max, 64)][];
    private int _freeCount;
    private int _made;

    /// <summary>For candidates without a proof.</summary>
    public static ProofSlab None { get; } = new(0, 0);

    /// <summary>Places that wait for their return.</summary>
    public int RentedCount
    {
        get
        {
            lock (_gate)
            {
                return _made - _freeCount;
            }
        }
    }

    /// <summary>A place with whatever was in it before; null when all are taken: answer "overloaded".</summary>
    public byte[]? TryRent()
    {
        lock (_gate)
        {
            if (_freeCount > 0)
            {
                return _free[--_freeCount];
            }
            if (_made == max)
            {
                return null;
            }
            _made++;
        }
        return new byte[length];
    }

    /// <summary>Null, the proof of a candidate without one, is no place and no error.</summary>
    public void Return(byte[]? place)
    {
        if (place is null || length == 0)
        {
            return;
        }
        lock (_gate)
        {
            if (_freeCount == _free.Length)
            {
                Array.Resize(ref _free, Math.Min(max, 2 * _free.Length));
            }
            _free[_freeCount++] = place;
        }
    }
}
