using System.Text;

namespace Otedama.Asic;

/// <summary>The drive as the system mounted it.</summary>
public sealed class Uf2Folder(string path) : IUf2Drive
{
    /// <summary>Bytes of INFO_UF2.TXT that are read; the file has three lines.</summary>
    private const int InfoMax = 4096;

    /// <summary>Handed over at once: small enough that progress is seen.</summary>
    private const int ChunkMax = 64 << 10;

    public string Path => path;

    public string? Info()
    {
        string file = System.IO.Path.Combine(path, "INFO_UF2.TXT");
        try
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[InfoMax];
            int length = stream.ReadAtLeast(bytes, InfoMax, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(bytes, 0, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(string name, ReadOnlySpan<byte> bytes, Action<long> written)
    {
        try
        {
            using FileStream stream =
                new(System.IO.Path.Combine(path, name), FileMode.Create, FileAccess.Write, FileShare.None, 1);
            for (int at = 0; at < bytes.Length; at += ChunkMax)
            {
                stream.Write(bytes[at..Math.Min(at + ChunkMax, bytes.Length)]);
                written(Math.Min(at + ChunkMax, bytes.Length));
            }
            stream.Flush(flushToDisk: true);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(
                $"{path} may not be written: {e.Message.TrimEnd('.')}. Mount the drive so that you may.", e);
        }
    }
}
