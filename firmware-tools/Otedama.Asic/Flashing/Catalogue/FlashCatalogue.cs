using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// The list of images that somebody with a key stands for: JSON, and beside it FILE.sig, the base64 of an ECDSA
/// signature (P-256, SHA-256, DER) over exactly the bytes of the file, as "openssl dgst -sha256 -sign" makes it. The
/// signature is looked at before anything of the text is. Any thread.
/// </summary>
public sealed record FlashCatalogue
{
    public const int SchemaNow = 1;

    /// <summary>Bytes of the file.</summary>
    public const int FileMax = 4 << 20;

    public const int EntriesMax = 10_000;

    /// <summary>Keys of a configuration.</summary>
    public const int KeysMax = 8;

    private const string DuplicateName = "duplicate";
    private const int SignatureMax = 1 << 10;
    private const int Sha256Digits = 64;

    public required int Schema { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset Issued { get; init; }

    public required IReadOnlyList<CatalogueEntry> Entries { get; init; }

    /// <summary>Throws FlashException with what is wrong: file, signature, key or text.</summary>
    /// <param name="keys">Public keys: base64 of their DER (SubjectPublicKeyInfo), or PEM.</param>
    public static FlashCatalogue Open(string path, IReadOnlyList<string> keys)
    {
        byte[] text = Read(path, FileMax);
        byte[] signature = Read(path + ".sig", SignatureMax);
        return Parse(text, signature, keys, path);
    }

    public static FlashCatalogue Parse(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature, IReadOnlyList<string> keys, string name)
    {
        if (keys.Count == 0)
        {
            throw new FlashException(
                $"The catalogue {name} cannot be trusted: no public key is configured. Set asic.catalogue_keys to the "
                + "key of whoever signs it.");
        }
        if (!IsSigned(text, signature, keys))
        {
            throw new FlashException(
                $"The catalogue {name} is not signed by any of the {keys.Count} keys in asic.catalogue_keys, or was "
                + "changed after it was signed. Fetch it and its .sig again.");
        }
        FlashCatalogue? catalogue;
        try
        {
            RequireSingleNames(text);
            catalogue = JsonSerializer.Deserialize(text, CatalogueJson.Default.FlashCatalogue);
        }
        catch (JsonException e)
        {
            // The runtime's sentence names types of this program; the place is what its signer needs.
            throw new FlashException(
                $"The catalogue {name} is signed and not a catalogue: {PlaceOf(e)}. Tell its signer.", e);
        }
        return catalogue is null || WrongIn(catalogue) is { } wrong
            ? throw new FlashException(
            $"The catalogue {name} is signed and wrong: {(catalogue is null ? "it is null." : WrongIn(catalogue))} "
            + "Tell its signer.")
            : catalogue;
    }

    /// <summary>Null when no entry has that hash.</summary>
    public CatalogueEntry? Find(string sha256) =>
        Entries.FirstOrDefault(entry => entry.Sha256.Equals(sha256, StringComparison.OrdinalIgnoreCase));

    /// <summary>The same for whoever makes catalogues: the content of FILE.sig.</summary>
    public static byte[] Sign(ReadOnlySpan<byte> text, ECDsa key) =>
        Encoding.ASCII.GetBytes(
            Convert.ToBase64String(key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
            + "\n");

    private static string PlaceOf(JsonException e) => e.Data.Contains(DuplicateName) ? e.Message
        : e.Path is { Length: > 0 } path && path != "$"
            ? $"{path} (line {e.LineNumber + 1}) does not have the form that is allowed there, or is missing"
            : "a name is missing, unknown or has another form than is allowed";

    /// <summary>A name that is there twice says two things, and readers differ about which one counts.</summary>
    private static void RequireSingleNames(ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = new(text);
        Stack<HashSet<string>> open = new();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push([]);
                    break;
                case JsonTokenType.EndObject:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName when !open.Peek().Add(reader.GetString()!):
                    JsonException twice = new($"\"{reader.GetString()}\" is there twice in one object");
                    twice.Data[DuplicateName] = true;
                    throw twice;
            }
        }
    }

    private static string? WrongIn(FlashCatalogue catalogue)
    {
        if (catalogue.Schema != SchemaNow)
        {
            return $"schema {catalogue.Schema}; this version reads {SchemaNow}.";
        }
        if (catalogue.Entries is null)
        {
            return "its entries are null.";
        }
        if (catalogue.Entries.Count > EntriesMax)
        {
            return $"{catalogue.Entries.Count} entries; {EntriesMax} are allowed.";
        }
        HashSet<string> hashes = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < catalogue.Entries.Count; i++)
        {
            if (catalogue.Entries[i] is not { } entry || entry.Boards is null || entry.Sha256 is null)
            {
                return $"entry {i} is null, or its boards or SHA-256 are.";
            }
            if (!hashes.Add(entry.Sha256))
            {
                return $"entry {i} ({entry.Version}) has the SHA-256 of an entry before it; "
                    + "which of them counts is not said.";
            }
            if (entry.Sha256.Length != Sha256Digits || !entry.Sha256.All(char.IsAsciiHexDigit))
            {
                return $"entry {i} has \"{entry.Sha256}\" as its SHA-256; 64 hex digits are allowed.";
            }
            if (entry.Boards.Count == 0 || entry.Boards.Any(static board => FlashRules.IsNoBoard(board)))
            {
                return $"entry {i} ({entry.Version}) names no board, or one that stands for none.";
            }
            if (entry.Size is <= 0 or > ImageInspector.FileMax)
            {
                return $"entry {i} ({entry.Version}) has {entry.Size} bytes; 1 to {ImageInspector.FileMax} are "
                    + "allowed.";
            }
        }
        return null;
    }

    private static bool IsSigned(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature, IReadOnlyList<string> keys)
    {
        byte[] der;
        try
        {
            der = Convert.FromBase64String(Encoding.Latin1.GetString(signature).Trim());
        }
        catch (FormatException)
        {
            return false;
        }
        foreach (string key in keys)
        {
            using ECDsa one = KeyOf(key);
            if (one.VerifyData(text, der, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
            {
                return true;
            }
        }
        return false;
    }

    private static ECDsa KeyOf(string text)
    {
        ECDsa key = ECDsa.Create();
        try
        {
            if (text.Contains("-----BEGIN", StringComparison.Ordinal))
            {
                key.ImportFromPem(text);
            }
            else
            {
                key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(text.Trim()), out _);
            }
            return key.KeySize == 256 ? key : throw new FormatException("it is not on the curve P-256");
        }
        catch (Exception e) when (e is FormatException or CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new FlashException(
                $"asic.catalogue_keys: \"{(text.Length > 16 ? text[..16] + "..." : text)}\" is no public key: "
                + $"{e.Message.TrimEnd('.')}. "
                + "Give the base64 lines of a P-256 public key, as \"openssl ec -pubout\" prints them.", e);
        }
    }

    private static byte[] Read(string path, int most)
    {
        try
        {
            return GivenFile.ReadAll(path, most);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FlashException(
                $"{path} cannot be read: {e.Message.TrimEnd('.')}. A catalogue is two files, itself and its .sig.", e);
        }
    }
}
