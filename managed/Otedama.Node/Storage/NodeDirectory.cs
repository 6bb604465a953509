using System.Globalization;
using System.Text;
using Otedama.Interop;

namespace Otedama.Node;

/// <summary>
/// The node's folder: held by one process at a time through a lock file, and stamped with the version of its format.
/// </summary>
internal sealed class NodeDirectory : IDisposable
{
    private const int FormatVersion = 1;

    private readonly FileStream _hold;

    private NodeDirectory(string path, FileStream lockFile) => (Path, _hold) = (path, lockFile);

    public string Path { get; }

    /// <summary>
    /// Throws IOException when another process holds it, InvalidDataException when it is of a newer format.
    /// </summary>
    public static NodeDirectory Open(string path)
    {
        DurableFile.CreateFolder(path);
        FileKind.RequireFile(System.IO.Path.Combine(path, ".lock"));
        FileStream lockFile;
        try
        {
            lockFile = new FileStream(System.IO.Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new IOException($"node data directory {path} is in use by another process. Stop it or choose another directory. ({error.Message})", error);
        }
        try
        {
            CheckVersion(path);
            return new NodeDirectory(path, lockFile);
        }
        catch
        {
            lockFile.Dispose();
            throw;
        }
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _hold.Dispose();

    private static void CheckVersion(string path)
    {
        string file = System.IO.Path.Combine(path, "version");
        if (!System.IO.File.Exists(file))
        {
            DurableFile.Write(file, Encoding.ASCII.GetBytes(FormatVersion.ToString(CultureInfo.InvariantCulture) + "\n"));
            return;
        }
        string text = System.IO.File.ReadAllText(file).Trim();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1)
        {
            throw new InvalidDataException($"{file}: \"{Core.Hex.Shorten(text)}\" is not a format version; expected {FormatVersion}. Restore the file or choose another directory.");
        }
        if (version > FormatVersion)
        {
            throw new InvalidDataException(
                $"node data directory {path} has format {version}, this build reads up to {FormatVersion}. Use a newer otedama or another directory; nothing was changed.");
        }
    }
}
