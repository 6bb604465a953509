using Otedama.Interop;

namespace Otedama;

/// <summary>
/// A log file that begins anew at a size and keeps a number of old ones: FILE, FILE.1 (the newest old one), FILE.2, and so
/// on. Written by the log thread; Reopen may come from any. Only its owner can read it: logs name addresses and peers.
/// </summary>
internal sealed class LogFile : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly long _bytesMax;
    private readonly int _keep;
    private FileStream? _file;
    private bool _torn;

    /// <summary>
    /// Opens it, so that a path that cannot work is found at the start. Throws ConfigurationException for that; a full disk
    /// is no reason not to start.
    /// </summary>
    public LogFile(string path, long bytesMax, int keep)
    {
        (_path, _bytesMax, _keep) = (Path.GetFullPath(path), bytesMax, keep);
        try
        {
            FileMask.OwnerOnly(); // its folder may be the data directory, made by this
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            _file = Open();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException || (e is IOException && !FileIsMissingOnly()))
        {
            throw new ConfigurationException($"log.file: {_path} cannot be written: {e.Message} Give a file in a folder this user may write to.");
        }
        catch (IOException)
        {
            // A disk without room: lines are dropped and counted until there is some.
        }
    }

    /// <summary>Throws IOException when the line could not be written.</summary>
    public void Write(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            _file ??= Open();
            if (_file.Position > 0 && _file.Position + line.Length > _bytesMax)
            {
                Rotate();
            }
            FileStream file = _file ??= Open();
            if (_torn)
            {
                file.Write("\n"u8);
            }
            _torn = true; // until the whole line is there
            file.Write(line);
            _torn = false;
        }
    }

    /// <summary>Lets go of the file, which somebody may have moved away, and begins one of the same name.</summary>
    public void Reopen()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
            try
            {
                _file = Open();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next line tries again.
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private bool FileIsMissingOnly() => !Directory.Exists(_path) && Directory.Exists(Path.GetDirectoryName(_path));

    private void Rotate()
    {
        _file?.Dispose();
        _file = null;
        if (_keep == 0)
        {
            File.Delete(_path);
            return;
        }
        for (int i = _keep - 1; i >= 1; i--)
        {
            if (File.Exists($"{_path}.{i}"))
            {
                File.Move($"{_path}.{i}", $"{_path}.{i + 1}", overwrite: true);
            }
        }
        File.Move(_path, $"{_path}.1", overwrite: true);
    }

    private FileStream Open()
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        return new FileStream(_path, options);
    }
}
