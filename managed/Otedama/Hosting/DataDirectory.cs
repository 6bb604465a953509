using System.Globalization;
using System.Text;
using Otedama.Interop;

namespace Otedama;

/// <summary>
/// The data directory: made when missing, held by one process at a time, refused when a newer version wrote it.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    /// <summary>Number of the layout below the directory; raised when an older version could not read it.</summary>
    private const int LayoutVersion = 1;

    private readonly FileStream _hold;
    private InstanceFile? _record; // what this process wrote, and only that is its to remove

    private DataDirectory(string root, FileStream hold) => (Root, _hold) = (root, hold);

    public string Root { get; }

    public string InstanceFile => InstanceFileIn(Root);

    public string TokenFile => TokenFileIn(Root);

    public static string InstanceFileIn(string root) => Path.Combine(root, "instance.json");

    public static string TokenFileIn(string root) => Path.Combine(root, "api.token");

    /// <summary>The directory the settings name, without touching it.</summary>
    public static string Locate(Configuration configuration, IReadOnlyDictionary<string, string> environment)
    {
        string given = configuration.Get(Settings.DataDir);
        if (given.Length > 0)
        {
            return Path.GetFullPath(given);
        }
        if (environment.TryGetValue("XDG_DATA_HOME", out string? data) && Path.IsPathFullyQualified(data))
        {
            return Path.Combine(data, "otedama");
        }
        string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (local.Length == 0)
        {
            throw new ConfigurationException("data_dir: neither HOME nor XDG_DATA_HOME is set, so there is no default. Give one with --data-dir or OTEDAMA_DATA_DIR.");
        }
        return Path.Combine(local, "otedama");
    }

    /// <summary>
    /// Throws ConfigurationException when it cannot be used, or is in use; CommandException 77 when other users can read its
    /// secrets. From then on the process makes files for its owner alone.
    /// </summary>
    public static DataDirectory Open(string root, bool allowLoose = false)
    {
        FileStream hold;
        try
        {
            MakePrivate(root, allowLoose);
            FileKind.RequireFile(Path.Combine(root, "lock"));
            hold = new FileStream(Path.Combine(root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException)
        {
            throw new ConfigurationException($"data_dir: {root} cannot be written by this user. Give another with --data-dir or OTEDAMA_DATA_DIR.");
        }
        catch (IOException e) when (System.IO.File.Exists(Path.Combine(root, "lock")))
        {
            throw new ConfigurationException($"data_dir: {root} is in use by another otedama{OwnerOf(root)} ({e.Message.TrimEnd('.')}). Stop it, or give this one its own with --data-dir.");
        }
        catch (IOException e)
        {
            throw new ConfigurationException($"data_dir: {root} cannot be used: {e.Message} Give another with --data-dir or OTEDAMA_DATA_DIR.");
        }
        try
        {
            CheckVersion(root);
            return new DataDirectory(root, hold);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    /// <summary>Writes the file by which the other verbs find this instance.</summary>
    public void Announce(InstanceFile file)
    {
        InstanceRecord.Write(InstanceFile, file);
        _record = file;
    }

    /// <summary>Lets go. The instance file goes only when it is still the one written here.</summary>
    public void Dispose()
    {
        if (_record is not null && InstanceRecord.TryRead(Root, out InstanceFile? found) && found == _record)
        {
            System.IO.File.Delete(InstanceFile);
        }
        _hold.Dispose();
    }

    public static void MakePrivate(string root, bool allowLoose)
    {
        if (!OperatingSystem.IsWindows())
        {
            FileMask.OwnerOnly();
            PrivateFiles.Close(root, allowLoose);
        }
        DurableFile.CreateFolder(root);
    }

    private static void CheckVersion(string root)
    {
        string path = Path.Combine(root, "version");
        try
        {
            if (!System.IO.File.Exists(path))
            {
                DurableFile.Write(path, Encoding.ASCII.GetBytes(LayoutVersion.ToString(CultureInfo.InvariantCulture) + "\n"));
                return;
            }
            string text = System.IO.File.ReadAllText(path).Trim();
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1)
            {
                throw new ConfigurationException($"data_dir: {path} holds \"{SettingTypes.Shorten(text)}\" instead of a number. This is not a data directory of otedama, or it is damaged; nothing was changed.");
            }
            if (version > LayoutVersion)
            {
                throw new ConfigurationException($"data_dir: {root} was written by a newer otedama (layout {version}, this one knows {LayoutVersion}). Use that version, or another --data-dir; nothing was changed.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"data_dir: {path} cannot be used: {e.Message}");
        }
    }

    private static string OwnerOf(string root) =>
        InstanceRecord.TryRead(root, out InstanceFile? file) ? $", process {file.Pid}" : "";
}
