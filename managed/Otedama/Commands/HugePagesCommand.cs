using System.CommandLine;
using System.Globalization;

namespace Otedama;

/// <summary>Shows the huge pages the kernel has set aside, and reserves them in one command.</summary>
internal static class HugePagesCommand
{
    private const int PagesMax = 1 << 20;

    public static Command Build(CommandContext context)
    {
        Command pages = new("hugepages", "Show the huge pages of this machine or reserve them (Linux, as root). Algorithms with large data are faster on them.");
        Option<int?> count = new("--pages") { Description = "Reserve so many pages of the kernel's size; 640 of 2 MiB hold the data of Verthash, 0 gives them back.", HelpName = "N" };
        Option<bool> persist = new("--persist") { Description = $"Also after the next start of the machine ({HugePages.SysctlFile})." };
        pages.Options.Add(count);
        pages.Options.Add(persist);
        pages.SetAction(result =>
        {
            int? wanted = result.GetValue(count);
            if (wanted is < 0 or > PagesMax)
            {
                throw new CommandException(ExitCode.Usage, $"--pages: {wanted} is out of range 0 to {PagesMax}.");
            }
            if (wanted is null && result.GetValue(persist))
            {
                throw new CommandException(ExitCode.Usage, "--persist: say how many with --pages N.");
            }
            HugePagesAnswer answer = Run(new HugePages("/"), wanted, result.GetValue(persist));
            context.Answer(result, answer, TuningJson.Default.HugePagesAnswer, static a => Lines(a));
            return wanted > answer.Total ? ExitCode.BadAnswer : ExitCode.Done;
        });
        return pages;
    }

    private static HugePagesAnswer Run(HugePages pages, int? wanted, bool persist)
    {
        try
        {
            if (wanted is int count)
            {
                pages.Reserve(count);
                if (persist)
                {
                    pages.Persist(count);
                }
            }
            return pages.Read(wanted);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.BadAnswer, $"Huge pages are reserved by root only. Run: sudo otedama mining hugepages --pages {wanted}{(persist ? " --persist" : "")}");
        }
        catch (IOException e)
        {
            throw new CommandException(ExitCode.BadAnswer, $"The kernel did not take the number of huge pages: {e.Message} This needs Linux, and in a container the host's leave.");
        }
    }

    private static IEnumerable<string> Lines(HugePagesAnswer answer)
    {
        yield return $"huge pages: {answer.Total} of {answer.PageKib} KiB reserved, {answer.Free} free";
        if (answer.Wanted is int wanted && wanted > answer.Total)
        {
            yield return $"asked for {wanted}: memory is too full or too scattered; close programs, or restart the machine and try at once";
        }
        else if (answer is { Wanted: null, Total: 0 })
        {
            yield return "reserve some with: sudo otedama mining hugepages --pages 640 --persist";
        }
    }
}

/// <summary>The kernel's files about huge pages, below a root folder.</summary>
internal sealed class HugePages(string root)
{
    public const string SysctlFile = "/etc/sysctl.d/60-otedama.conf";

    /// <summary>Throws IOException where the kernel has no huge pages.</summary>
    public HugePagesAnswer Read(int? wanted)
    {
        string[] lines = File.ReadAllLines(Path.Combine(root, "proc/meminfo"));
        return new HugePagesAnswer(1, wanted, Field("HugePages_Total"), Field("HugePages_Free"), Field("Hugepagesize"));

        int Field(string name)
        {
            string? line = Array.Find(lines, line => line.StartsWith(name + ":", StringComparison.Ordinal));
            string text = line?[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal).Trim() ?? "";
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? number
                : throw new IOException($"/proc/meminfo does not tell {name}.");
        }
    }

    /// <summary>The kernel gives as many as it finds; Read tells how many those are.</summary>
    public void Reserve(int count) => Write("proc/sys/vm/nr_hugepages", count.ToString(CultureInfo.InvariantCulture));

    public void Persist(int count) =>
        Write(SysctlFile[1..], $"# Written by otedama mining hugepages --persist.\nvm.nr_hugepages = {count.ToString(CultureInfo.InvariantCulture)}");

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(root, file), text + "\n");
}

/// <param name="Wanted">What was asked for; null when only looked at.</param>
internal sealed record HugePagesAnswer(int Schema, int? Wanted, int Total, int Free, int PageKib);
