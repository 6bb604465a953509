using System.Diagnostics;
using System.Globalization;

namespace Otedama.Benchmarks;

/// <summary>
/// Power cuts of a real file system: a process acknowledges shares on ext4 in a loop file; the file is copied while that
/// process is stopped, which is what a disk holds when the power goes; the copy is mounted and its log read.
/// </summary>
public static class SharePowerCut
{
    private const string ImageMegabytes = "64";

    /// <summary>Null when this machine can do it, otherwise what it lacks.</summary>
    public static string? Missing(string directory)
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return "mounting a loop file needs root on Linux";
        }
        string image = Path.Combine(directory, "try.img");
        string mount = Path.Combine(directory, "try");
        try
        {
            Make(image);
            Mount(image, mount);
            Tool("umount", mount);
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"a loop file cannot be mounted here: {e.Message}";
        }
    }

    public static int Run(string directory, string rounds)
    {
        if (Missing(directory) is { } reason)
        {
            Console.WriteLine($"skipped: {reason}");
            return 0;
        }
        (long acknowledged, long found, int lost) = Rounds(directory, int.Parse(rounds, CultureInfo.InvariantCulture), Environment.TickCount);
        Console.WriteLine($"{rounds} power cuts on ext4, {acknowledged} shares acknowledged, {found} in the logs, {lost} acknowledged and lost");
        return lost == 0 ? 0 : 1;
    }

    public static (long Acknowledged, long Found, int Lost) Rounds(string directory, int rounds, int seed)
    {
        Random random = new(seed);
        (long acknowledged, long found, int lost) = (0, 0, 0);
        for (int round = 0; round < rounds; round++)
        {
            string image = Path.Combine(directory, "disk.img");
            string cut = Path.Combine(directory, "cut.img");
            string mount = Path.Combine(directory, "disk");
            Make(image);
            Mount(image, mount);
            List<int> said;
            try
            {
                said = ShareCrash.RunAndStop(Path.Combine(mount, "log"), random.Next(1, 1_500), () => File.Copy(image, cut, overwrite: true));
            }
            finally
            {
                Tool("umount", mount);
            }
            Mount(cut, mount);
            try
            {
                HashSet<int> there = Directory.Exists(Path.Combine(mount, "log")) ? ShareCrash.Numbers(Path.Combine(mount, "log")) : [];
                acknowledged += said.Count;
                found += there.Count;
                lost += said.Count(number => !there.Contains(number));
            }
            finally
            {
                Tool("umount", mount);
            }
        }
        return (acknowledged, found, lost);
    }

    private static void Make(string image)
    {
        File.Delete(image);
        Tool("truncate", "-s", ImageMegabytes + "M", image);
        Tool("mkfs.ext4", "-q", "-F", image);
    }

    private static void Mount(string image, string mount)
    {
        Directory.CreateDirectory(mount);
        Tool("mount", "-o", "loop", image, mount);
    }

    private static void Tool(string name, params string[] arguments)
    {
        using Process tool = Process.Start(new ProcessStartInfo(name, arguments) { RedirectStandardError = true })!;
        string error = tool.StandardError.ReadToEnd();
        tool.WaitForExit();
        if (tool.ExitCode != 0)
        {
            throw new InvalidOperationException($"{name}: {error.Trim()}");
        }
    }
}
