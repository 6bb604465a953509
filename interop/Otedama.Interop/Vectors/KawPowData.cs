using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// The 72 bytes of otedama_algo.h (header hash as shown, nonce, mix; 40 when no mix is claimed) and the height, from
/// parts or from a block header, which holds both nonce and height itself and the mix in reverse.
/// </summary>
internal static class KawPowData
{
    private const int SignedLength = 80; // what the header hash covers; the last 4 bytes are the height
    private const int HeaderLength = 120;
    private const int HeightAt = 76;
    private const int NonceAt = 80;
    private const int MixAt = 88;

    public static (byte[] Data, uint Height) Read(VectorCase vector, byte[] given)
    {
        if (vector.Has("header_hash"))
        {
            return ([.. given, .. Nonce(vector), .. Mix(vector)], Height(vector, null));
        }
        if (given.Length is not (SignedLength or HeaderLength))
        {
            if (vector.Has("mix") || vector.Has("nonce"))
            {
                throw vector.Error("mix= and nonce= stand beside header_hash= or a header of 80 bytes");
            }
            return (given, Height(vector, null));
        }
        uint height = BinaryPrimitives.ReadUInt32LittleEndian(given.AsSpan(HeightAt));
        byte[] hash = BitcoinHash.Sha256d(given.AsSpan(0, SignedLength)).ToArray();
        Array.Reverse(hash);
        byte[] nonce = given.Length == HeaderLength && !vector.Has("nonce") ? given[NonceAt..MixAt] : Nonce(vector);
        byte[] mix = given.Length == HeaderLength && !vector.Has("mix") ? given[MixAt..] : Mix(vector);
        if (given.Length == HeaderLength && !vector.Has("mix"))
        {
            Array.Reverse(mix);
        }
        return ([.. hash, .. nonce, .. mix], Height(vector, height));
    }

    private static byte[] Nonce(VectorCase vector)
    {
        byte[] nonce = new byte[sizeof(ulong)];
        if (!vector.Has("nonce") && vector.Kind != "search") // which sets it
        {
            throw vector.Error("proof needs nonce= beside the header");
        }
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, vector.Has("nonce") ? PowData.Nonce(vector, 2 * sizeof(ulong)) : 0);
        return nonce;
    }

    private static byte[] Mix(VectorCase vector) => vector.Has("mix") ? vector.Bytes("mix") : [];

    private static uint Height(VectorCase vector, uint? own)
    {
        if (!vector.Has("height"))
        {
            return own ?? throw vector.Error("KawPow needs height=: it selects the dataset and the program");
        }
        uint height = vector.Number32("height");
        return own is null || own == height
            ? height
            : throw vector.Error($"height={height}, but the header says {own}");
    }
}
