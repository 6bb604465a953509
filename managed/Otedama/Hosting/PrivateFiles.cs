using Otedama.Pool;

namespace Otedama;

/// <summary>
/// Whom the data directory's files belong to: its owner alone. Everything this process makes is closed to others by the
/// process' file mask; what an earlier version or another tool left open is closed, but a secret somebody may have read
/// is no secret any more, so that is refused.
/// </summary>
internal static class PrivateFiles
{
    public const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Files looked through at most when a directory of an earlier version is closed.</summary>
    private const int FilesMax = 100_000;

    /// <summary>Secrets by name, anywhere in the first two levels below the data directory.</summary>
    private static readonly string[] s_secrets = ["api.token", "wallet.key", NodeKeyFile.Name];

    /// <summary>
    /// Throws CommandException 77 when others may use one of the secrets below root, unless that is allowed. Then closes
    /// root and what is in it; a directory that holds things of others is not touched but refused.
    /// </summary>
    public static void Close(string root, bool allowLoose)
    {
        if (OperatingSystem.IsWindows() || allowLoose || !Directory.Exists(root))
        {
            return;
        }
        foreach (string path in Directory.EnumerateFiles(root, "*", Below(2)).Where(IsSecret).Take(FilesMax))
        {
            RefuseLoose(path, "data_dir", allowLoose);
        }
        UnixFileMode mode = System.IO.File.GetUnixFileMode(root);
        if ((mode & Others) == 0)
        {
            return;
        }
        if (mode.HasFlag(UnixFileMode.StickyBit) || !IsOurs(root))
        {
            throw new CommandException(ExitCode.Permission, $"data_dir: {root} is open to other users and holds other things than otedama's, so it is not made private. "
                + $"Give a directory of its own with --data-dir, or allow this with security.allow_loose_permissions: true.");
        }
        Narrow(root, mode, () => Directory.EnumerateFileSystemEntries(root, "*", Below(8)).Take(FilesMax));
    }

    /// <summary>Throws CommandException 77 naming the setting when others may read or write the file.</summary>
    public static void RefuseLoose(string path, string key, bool allowLoose)
    {
        if (OperatingSystem.IsWindows() || allowLoose)
        {
            return;
        }
        string target = System.IO.File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        UnixFileMode mode = System.IO.File.GetUnixFileMode(target);
        if ((mode & Others) != 0)
        {
            throw new CommandException(ExitCode.Permission, $"{key}: {path} is a secret, and other users may use it (mode {Octal(mode)}; 0600 is allowed). "
                + $"Run: chmod 600 '{path}', and make a new secret if somebody may have read it. Or allow this with security.allow_loose_permissions: true.");
        }
    }

    /// <summary>A sentence when the configuration file holds a secret and others may read it; null otherwise.</summary>
    public static string? LooseConfiguration(Configuration configuration)
    {
        if (OperatingSystem.IsWindows() || configuration.File is not { } path || !System.IO.File.Exists(path))
        {
            return null;
        }
        string? secret = configuration.Rigs.Concat(configuration.Pools).Prepend(configuration).SelectMany(static part => part.Values
            .Where(static v => v.Setting.Secret && v.Origin == Origin.File).Select(v => part.KeyOf(v.Setting))).FirstOrDefault();
        bool open = (System.IO.File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0;
        return secret is not null && open ? $"{secret} stands in {path}, which other users can read. Run: chmod 600 '{path}'" : null;
    }

    private static void Narrow(string root, UnixFileMode mode, Func<IEnumerable<string>> below)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        try
        {
            System.IO.File.SetUnixFileMode(root, mode & ~Others);
            foreach (string path in below())
            {
                UnixFileMode found = System.IO.File.GetUnixFileMode(path);
                if ((found & Others) != 0)
                {
                    System.IO.File.SetUnixFileMode(path, found & ~Others);
                }
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new CommandException(ExitCode.Permission, $"data_dir: {root} is open to other users and cannot be made private: {e.Message} "
                + "Run: chmod -R go-rwx on it as its owner, or allow this with security.allow_loose_permissions: true.");
        }
    }

    private static EnumerationOptions Below(int depth) => new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = depth,
        AttributesToSkip = FileAttributes.ReparsePoint, // links lead elsewhere
        IgnoreInaccessible = true,
    };

    private static bool IsSecret(string path) => s_secrets.Contains(Path.GetFileName(path));

    private static bool IsOurs(string root) => !Directory.EnumerateFileSystemEntries(root).Any()
        || System.IO.File.Exists(Path.Combine(root, "version"))
        || System.IO.File.Exists(DataDirectory.TokenFileIn(root))
        || System.IO.File.Exists(Path.Combine(root, "otedama.yaml"));

    private static string Octal(UnixFileMode mode) => "0" + Convert.ToString((int)mode & 0x1ff, 8);
}
