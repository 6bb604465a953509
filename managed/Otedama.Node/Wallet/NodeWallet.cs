using System.IO.Hashing;
using System.Security.Cryptography;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Node;

/// <summary>
/// One secp256k1 key in a file with owner-only access. Pays to P2WSH of that key: provably spendable with what the
/// platform's crypto library offers. Meant for the embedded chain's coins, which are worth nothing elsewhere.
/// </summary>
internal sealed class NodeWallet
{
    /// <summary>
    /// DER signature of at most 72 bytes and its type, script of 35, and their lengths: witness weight per input.
    /// </summary>
    private const int SignatureBytesMax = 73;

    private readonly byte[] _privateKey;
    private readonly byte[] _inner;

    private NodeWallet(byte[] privateKey)
    {
        _privateKey = privateKey;
        _inner = [Secp256k1.PublicKeyBytes, .. Secp256k1.PublicKey(privateKey), Core.Script.OpCheckSig];
        Script = Core.Script.WitnessProgram(0, SHA256.HashData(_inner));
    }

    /// <summary>Output script that pays this wallet.</summary>
    public byte[] Script { get; }

    /// <summary>
    /// Reads the key file or makes one. Throws InvalidDataException when it is damaged and leaves it as it is; a file of
    /// an older version, without a checksum, gets one.
    /// </summary>
    public static NodeWallet Open(string path)
    {
        byte[] key = File.Exists(path) ? ReadKey(path, out bool hasChecksum) : MakeKey(out hasChecksum);
        try
        {
            NodeWallet wallet = new(key);
            if (!hasChecksum)
            {
                DurableFile.Write(path, System.Text.Encoding.ASCII.GetBytes($"{Hex.Encode(key)}-{Checksum(key)}\n"));
            }
            return wallet;
        }
        catch (CryptographicException error)
        {
            throw new InvalidDataException($"{path}: the key is out of range for secp256k1, or the crypto library refuses that curve (FIPS mode). {error.Message}", error);
        }
    }

    private static byte[] MakeKey(out bool hasChecksum)
    {
        hasChecksum = false;
        return Secp256k1.NewPrivateKey();
    }

    /// <summary>64 hex digits, a hyphen and their CRC-32 as 8 hex digits.</summary>
    private static byte[] ReadKey(string path, out bool hasChecksum)
    {
        byte[] key = new byte[Secp256k1.PrivateKeyBytes];
        string[] parts = File.ReadAllText(path).Trim().Split('-');
        if (parts.Length > 2 || parts[0].Length != 2 * key.Length || !Hex.TryDecode(parts[0], key, out _))
        {
            throw new InvalidDataException($"{path}: not a key of 64 hex digits and its checksum. Restore it from a copy; it was not changed.");
        }
        hasChecksum = parts.Length == 2;
        if (hasChecksum && !parts[1].Equals(Checksum(key), StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException(
                $"{path}: the key and its checksum ({Hex.Shorten(parts[1])}) do not belong together: a digit has changed. Restore it from a copy; it was not changed.");
        }
        return key;
    }

    private static string Checksum(ReadOnlySpan<byte> key) =>
        Crc32.HashToUInt32(key).ToString("x8", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>
    /// Spends the oldest coins first until amount and fee are covered; change returns to this wallet. Null when
    /// the coins do not suffice. feePerKvb in smallest units per 1000 virtual bytes.
    /// </summary>
    public Transaction? Pay(IReadOnlyList<KeyValuePair<OutPoint, Coin>> coins, ReadOnlyMemory<byte> to, Amount amount, long feePerKvb, out Amount fee)
    {
        List<KeyValuePair<OutPoint, Coin>> chosen = [];
        Amount total = Amount.Zero;
        fee = Amount.Zero;
        foreach (KeyValuePair<OutPoint, Coin> coin in coins)
        {
            chosen.Add(coin);
            total += coin.Value.Output.Amount;
            fee = new Amount(((feePerKvb * SizeOf(chosen.Count, to.Length)) + 999) / 1000);
            if (total >= amount + fee)
            {
                return Sign(chosen, Outputs(to, amount, total - amount - fee, ref fee));
            }
        }
        return null;
    }

    /// <summary>Change below what spending it later costs goes to the fee.</summary>
    private List<TxOutput> Outputs(ReadOnlyMemory<byte> to, Amount amount, Amount change, ref Amount fee)
    {
        const long DustUnits = 330;
        List<TxOutput> outputs = [new TxOutput(amount, to)];
        if (change.Units > DustUnits)
        {
            outputs.Add(new TxOutput(change, Script));
        }
        else
        {
            fee += change;
        }
        return outputs;
    }

    private Transaction Sign(List<KeyValuePair<OutPoint, Coin>> coins, List<TxOutput> outputs)
    {
        TxInput[] inputs = [.. coins.Select(coin => new TxInput(coin.Key, ReadOnlyMemory<byte>.Empty, 0xffff_fffd))];
        Transaction plain = new(2, inputs, outputs, 0);
        for (int i = 0; i < inputs.Length; i++)
        {
            Hash256 hash = SpendRules.SignatureHash(plain, i, _inner, coins[i].Value.Output.Amount);
            byte[] signature = [.. Secp256k1.Sign(_privateKey, hash), 1];
            inputs[i] = inputs[i] with { Witness = [signature, _inner] };
        }
        return new Transaction(2, inputs, outputs, 0);
    }

    /// <summary>Virtual bytes with every signature at its longest.</summary>
    private long SizeOf(int inputs, int scriptLength)
    {
        long stripped = 10 + (41L * inputs) + 9 + scriptLength + 9 + Script.Length + 4;
        long witness = 2 + (inputs * (3L + SignatureBytesMax + _inner.Length));
        return stripped + ((witness + 3) / 4);
    }
}
