using System.Globalization;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Interop;

public sealed class NativeThreadTests
{
    [Fact]
    public void Affinity_and_nice_value_belong_to_the_calling_thread_alone()
    {
        string before = Status("/proc/thread-self/status");
        (string Allowed, int Nice) inside = default;
        Thread thread = new(() =>
        {
            NativeThread.SetAffinity(FirstAllowed(before));
            NativeThread.SetPriority(15);
            string stat = File.ReadAllText("/proc/thread-self/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            inside = (Status("/proc/thread-self/status"), int.Parse(fields[16], CultureInfo.InvariantCulture));
        });
        thread.Start();
        thread.Join();
        Assert.Equal(FirstAllowed(before).ToString(CultureInfo.InvariantCulture), inside.Allowed);
        Assert.Equal(15, inside.Nice);
        Assert.Equal(before, Status("/proc/thread-self/status"));
    }

    [Fact]
    public void What_the_system_does_not_have_is_refused_in_words()
    {
        NativeException processor = Assert.Throws<NativeException>(() => NativeThread.SetAffinity(1023));
        Assert.Contains("1023", processor.Message, StringComparison.Ordinal);
        Assert.Throws<NativeException>(() => NativeThread.SetAffinity(100_000));
        NativeException nice = Assert.Throws<NativeException>(() => NativeThread.SetPriority(20));
        Assert.Contains("-20 to 19", nice.Message, StringComparison.Ordinal);
    }

    private static string Status(string path) => File.ReadLines(path)
        .First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal))["Cpus_allowed_list:".Length..].Trim();

    private static int FirstAllowed(string list) =>
        int.Parse(list.Split(',', '-')[0], CultureInfo.InvariantCulture);
}
