using System.Globalization;
using System.Text;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Holds a graphics card for this process: a lock on a file named after the card, which ends with the process, however
/// that ends. Two programs on one card halve each other and run out of its memory.
/// </summary>
public sealed class CardLock : IDisposable
{
    /// <summary>
    /// For tests, and where two programs see different folders: a folder in place of the machine's own.
    /// </summary>
    public const string Variable = "OTEDAMA_RUN_DIR";

    /// <summary>Folders every user of a machine can write to, in the order in which they are tried.</summary>
    private static readonly string[] s_folders = ["/run/lock", Path.GetTempPath()];

    /// <summary>Others may lock it too; only who made it may take it away.</summary>
    private const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Who held it may let go between two questions.</summary>
    private const int Attempts = 3;

    private readonly FileStream _file;
    private readonly string _pidFile;

    private CardLock(FileStream file, string pidFile) => (_file, _pidFile) = (file, pidFile);

    /// <summary>The folder the environment names, else the machine's.</summary>
    public static IReadOnlyList<string> Folders => FoldersFor(Environment.GetEnvironmentVariable(Variable));

    /// <param name="named">What the variable says; null or empty = the machine's.</param>
    public static IReadOnlyList<string> FoldersFor(string? named) => string.IsNullOrEmpty(named) ? s_folders : [named];

    /// <summary>
    /// Null where no folder takes the file: then nothing keeps processes apart. Throws IOException naming the process
    /// that has the card.
    /// </summary>
    public static CardLock? Take(GpuInfo card, IReadOnlyList<string> folders)
    {
        foreach (string folder in folders)
        {
            string path = Path.Combine(folder, FileNameOf(card));
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                if (Open(path) is { } file)
                {
                    Note(PidFileOf(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                    return new CardLock(file, PidFileOf(path));
                }
                if (IsHeld(path))
                {
                    throw new IOException($"graphics card {card.Index} ({card.Device.Name}) is in use by "
                        + $"{HolderOf(PidFileOf(path))}, which holds {path}. Stop that one, or leave the card out");
                }
            }
        }
        return null;
    }

    /// <summary>Lets go when an engine that still has the card has ended, which may be never; returns at once.</summary>
    /// <param name="waitForEnd">Returns when it has.</param>
    /// <param name="run">Runs what it is given on a thread that may wait for ever, and returns at once.</param>
    public void DisposeAfter(Action waitForEnd, Action<Action> run) => run(() =>
    {
        waitForEnd();
        Dispose();
    });

    public void Dispose()
    {
        Note(_pidFile, "");
        _file.Dispose();
    }

    /// <summary>By its place in the machine, which every interface and every process sees alike.</summary>
    public static string FileNameOf(GpuInfo card)
    {
        string name = card.Device.Pci ?? card.Device.Uuid
            ?? string.Create(CultureInfo.InvariantCulture, $"{card.Device.Name}-{card.Index}");
        IEnumerable<char> plain = name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_');
        return $"otedama-gpu-{string.Concat(plain)}.lock";
    }

    /// <summary>Null when it is locked, or not ours to open.</summary>
    private static FileStream? Open(string path)
    {
        try
        {
            FileKind.RequireFile(path);
            if (File.Exists(path))
            {
                // Not "open or create": in a folder of everybody the kernel refuses that for another user's file.
                return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }
            FileStream made = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(made.SafeFileHandle, Shared);
            }
            return made;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>False as well where it cannot be told: it is only not ours to open.</summary>
    private static bool IsHeld(string path)
    {
        try
        {
            // To read beside others asks for a lock too, which who holds the file for itself does not leave.
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return false;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>The number stands beside the lock: nobody can read what is locked.</summary>
    private static string PidFileOf(string path) => Path.ChangeExtension(path, "pid");

    private static string HolderOf(string pidFile)
    {
        try
        {
            string text = File.ReadAllText(pidFile).Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                ? $"process {pid}" : "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    /// <summary>What cannot be written is only missing in a message.</summary>
    private static void Note(string pidFile, string text)
    {
        try
        {
            using FileStream? file = Open(pidFile);
            file?.SetLength(0);
            file?.Write(Encoding.ASCII.GetBytes(text));
        }
        catch (IOException)
        {
            // A full disk.
        }
    }
}
