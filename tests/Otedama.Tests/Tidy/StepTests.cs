using System.Text.RegularExpressions;
using Xunit;

namespace Otedama.Tests.Tidy;

/// <summary>
/// Decide inside, run outside: parts of pool and rig act when they are called, in the time and with the numbers, files and
/// connections they are given. Only so one thread in virtual time can be all of them.
/// </summary>
public sealed partial class StepTests
{
    /// <summary>What parts do not call, and what they do instead.</summary>
    private static readonly (string Call, string Instead)[] s_banned =
    [
        ("new Thread(", "be a step; its thread lives in Loops"),
        ("Task.Run(", "be a step; its thread lives in Loops"),
        ("Task.Factory.", "be a step; its thread lives in Loops"),
        ("ThreadPool.", "be a step; its thread lives in Loops"),
        ("Thread.Sleep", "return how long the next step may wait"),
        ("Thread.Yield", "return how long the next step may wait"),
        ("Monitor.Wait", "return how long the next step may wait; wait in Loops"),
        ("new Timer(", "return how long the next step may wait, or take a TimeProvider's timer"),
        ("new SemaphoreSlim", "use a Signal: its waiter goes on where it waited"),
        (".CancelAsync(", "call Cancel: CancelAsync goes on in the thread pool"),
        ("Random.Shared", "take the world's randomness"),
        ("new Random(", "take the world's randomness"),
        ("RandomNumberGenerator", "take the world's randomness"),
        ("File.", "take the world's files"),
        ("Directory.", "take the world's files"),
        ("new FileStream", "take the world's files"),
        ("new Socket(", "take the world's transport or node links"),
        ("new TcpClient", "take the world's transport or node links"),
        ("new HttpClient", "take the world's transport or node links"),
    ];

    /// <summary>Of these, what a rig's parts do not call either: its files and sockets have no world yet.</summary>
    private static readonly string[] s_bannedInRig = ["new Thread(", "Task.Run(", "Task.Factory.", "ThreadPool.", "Thread.Sleep", "Monitor.Wait"];

    /// <summary>Where the real world is.</summary>
    private static readonly string[] s_outside = ["/Loops/", "/World/"];

    /// <summary>What is still there: a line is taken out with its call, and none is put in.</summary>
    private static readonly string[] s_left =
    [
        "managed/Otedama.Mining/Bench/BenchmarkTeam.cs: new Thread(",
        "managed/Otedama.Pool/PoolServer.cs: Task.Run(",
        "managed/Otedama.Pool/SharePath/VerdictQueue.cs: Monitor.Wait",
    ];

    [Fact]
    public void Parts_have_no_thread_clock_disk_or_network_of_their_own()
    {
        List<string> found = [];
        foreach (string path in SourceTree.Product.Where(static path => !s_outside.Any(path.Contains)))
        {
            bool inPool = path.StartsWith("managed/Otedama.Pool/", StringComparison.Ordinal);
            bool inRig = path.StartsWith("managed/Otedama.Mining/", StringComparison.Ordinal);
            string text = Comments().Replace(SourceTree.Read(path), "");
            found.AddRange(s_banned.Where(ban => (inPool || (inRig && s_bannedInRig.Contains(ban.Call))) && Calls(text, ban.Call))
                .Select(ban => $"{path}: {ban.Call}"));
        }
        string[] fresh = [.. found.Except(s_left)];
        Assert.True(fresh.Length == 0, string.Join('\n', fresh.Select(static line =>
            $"{line}: {s_banned.First(ban => line.EndsWith($": {ban.Call}", StringComparison.Ordinal)).Instead}")));
        string[] gone = [.. s_left.Except(found)];
        Assert.True(gone.Length == 0, $"gone, so take it off the list: {string.Join(", ", gone)}");
    }

    /// <summary>Not as the end of another name, as in DurableFile.</summary>
    private static bool Calls(string text, string call) => Regex.IsMatch(text, (char.IsLetter(call[0]) ? @"(?<![\w.])" : "") + Regex.Escape(call));

    [GeneratedRegex(@"^\s*//.*$|/// .*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
