using System.Security.Cryptography;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>The file with the node's private key: made once, for its owner alone.</summary>
public static class NodeKeyFile
{
    /// <summary>Name below the data directory.</summary>
    public const string Name = "node.key";

    /// <summary>A PKCS#8 P-256 key in PEM has about 240.</summary>
    private const int BytesMax = 4_096;

    /// <summary>
    /// Draws that are no private key are one in four billion; so many in a row mean a broken generator.
    /// </summary>
    private const int DrawsMax = 16;

    /// <summary>
    /// Reads the file, or makes it. Throws UnauthorizedAccessException when others may read it (unless that is
    /// allowed), FormatException when it holds no P-256 key, IOException when the disk does not do it.
    /// </summary>
    public static NodeIdentity LoadOrCreate(
        IFiles files, string path, IRandomness random, TimeProvider time, bool allowLoose = false)
    {
        Span<byte> serial = stackalloc byte[NodeIdentity.SerialBytes];
        random.Fill(serial);
        if (!files.Exists(path))
        {
            return Create(files, path, random, serial, time);
        }
        if (!allowLoose)
        {
            RefuseLoose(files, path);
        }
        byte[] pem = files.ReadWhole(path, BytesMax);
        try
        {
            return NodeIdentity.FromPem(pem, serial, time.GetUtcNow());
        }
        catch (FormatException e)
        {
            throw new FormatException(
                $"{path} holds no node key: {e.Message}. Put a copy of the key back, or move the file away: "
                + "a new key is made then, and other nodes take this one for another node.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    private static NodeIdentity Create(
        IFiles files, string path, IRandomness random, ReadOnlySpan<byte> serial, TimeProvider time)
    {
        NodeIdentity identity = Draw(random, serial, time);
        byte[] pem = identity.ExportPem();
        try
        {
            files.Delete(path + WholeFiles.UnfinishedSuffix); // a leftover would keep its own mode
            files.WriteWhole(path, pem);
            RefuseLoose(files, path);
            return identity;
        }
        catch
        {
            identity.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    private static NodeIdentity Draw(IRandomness random, ReadOnlySpan<byte> serial, TimeProvider time)
    {
        Span<byte> scalar = stackalloc byte[NodeIdentity.ScalarBytes];
        NodeIdentity? identity = null;
        for (int draw = 0; identity is null && draw < DrawsMax; draw++)
        {
            random.Fill(scalar);
            identity = NodeIdentity.TryCreate(scalar, serial, time.GetUtcNow());
        }
        CryptographicOperations.ZeroMemory(scalar);
        return identity
            ?? throw new InvalidOperationException($"{DrawsMax} draws of the random generator gave no private key");
    }

    private static void RefuseLoose(IFiles files, string path)
    {
        if (!files.IsPrivate(path))
        {
            throw new UnauthorizedAccessException(
                $"{path} is this node's private key, and other users may use it (mode 0600 is allowed). "
                + $"Run: chmod 600 '{path}', and make a new key if somebody may have read it. "
                + "Or allow this with security.allow_loose_permissions: true.");
        }
    }
}
