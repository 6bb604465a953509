using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Otedama.Wire;

/// <summary>
/// ChaCha20-Poly1305 (RFC 8439) as Noise uses it: the nonce is four zero bytes and a counter, u64 little-endian,
/// which goes up with every seal and every successful open. One direction of one connection; one caller.
/// </summary>
public sealed class NoiseCipher : IDisposable
{
    public const int KeyBytes = 32, TagBytes = 16, NonceBytes = 12;

    private readonly ChaCha20Poly1305 _cipher;
    private bool _isSpent;

    /// <param name="next">The first nonce's counter; 0 but in tests of known answers.</param>
    public NoiseCipher(ReadOnlySpan<byte> key, ulong next = 0)
    {
        _cipher = new ChaCha20Poly1305(key);
        Next = next;
    }

    /// <summary>
    /// False on a system whose library lacks this cipher or is not allowed to use it; V2 is then not offered.
    /// </summary>
    public static bool IsSupported => ChaCha20Poly1305.IsSupported;

    /// <summary>The counter of the next nonce.</summary>
    public ulong Next { get; private set; }

    /// <summary>The bytes of a nonce.</summary>
    public static void WriteNonce(Span<byte> nonce, ulong counter)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], counter);
    }

    /// <summary>Writes plain.Length + 16 bytes; sealed may begin where plain does.</summary>
    public void Seal(ReadOnlySpan<byte> plain, Span<byte> @sealed, ReadOnlySpan<byte> associated = default)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        TakeNonce(nonce);
        _cipher.Encrypt(nonce, plain, @sealed[..plain.Length], @sealed.Slice(plain.Length, TagBytes), associated);
        Count();
    }

    /// <summary>
    /// Writes sealed.Length - 16 bytes; plain may begin where sealed does. False when the tag is wrong; the
    /// connection then has to end.
    /// </summary>
    public bool TryOpen(ReadOnlySpan<byte> @sealed, Span<byte> plain, ReadOnlySpan<byte> associated = default)
    {
        if (@sealed.Length < TagBytes)
        {
            return false;
        }
        Span<byte> nonce = stackalloc byte[NonceBytes];
        TakeNonce(nonce);
        int length = @sealed.Length - TagBytes;
        try
        {
            _cipher.Decrypt(nonce, @sealed[..length], @sealed[length..], plain[..length], associated);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        Count();
        return true;
    }

    public void Dispose() => _cipher.Dispose();

    private void TakeNonce(Span<byte> nonce)
    {
        if (_isSpent)
        {
            throw new InvalidOperationException("a nonce would come twice under one key");
        }
        WriteNonce(nonce, Next);
    }

    private void Count()
    {
        _isSpent = Next == ulong.MaxValue;
        Next = unchecked(Next + 1);
    }
}
