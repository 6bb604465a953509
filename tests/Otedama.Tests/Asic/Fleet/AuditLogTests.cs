using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class AuditLogTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Fact]
    public void A_chain_goes_on_over_restarts()
    {
        using TempFolder folder = new();
        string path = Written(folder, 3);
        using (AuditLog again = AuditLog.Open(folder.Path, s_now))
        {
            Assert.Empty(again.Damage);
            Assert.Equal(3, again.Entries.Count);
            Assert.Equal(4, again.Add(s_now, "ordered", "d", "reboot", "me", "text with \"quotes\" and\nlines").Number);
        }
        Assert.Empty(AuditLog.Check(path));
    }

    [Fact]
    public void An_unfinished_end_is_put_aside_wherever_it_was_cut()
    {
        using TempFolder folder = new();
        byte[] whole = File.ReadAllBytes(Written(folder, 3));
        int third = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (int cut = third + 1; cut < whole.Length; cut += 7)
        {
            using TempFolder other = new();
            File.WriteAllBytes(Path.Combine(other.Path, "audit.jsonl"), whole[..cut]);
            using AuditLog log = AuditLog.Open(other.Path, s_now);
            Assert.Contains("middle of line 3", log.Damage[0], StringComparison.Ordinal);
            Assert.Equal(["ordered", "ordered", "note"], log.Entries.Select(static entry => entry.What));
            log.Dispose();
            Assert.Empty(AuditLog.Check(Path.Combine(other.Path, "audit.jsonl")));
            Assert.Equal(whole[third..cut], File.ReadAllBytes(Assert.Single(Directory.GetFiles(other.Path, "*damaged*"))));
        }
    }

    [Theory]
    [InlineData("reboot", "nothing", "was changed after it was written")]
    [InlineData("\"before\"", "\"befure\"", "no line of an audit log")]
    public void What_was_changed_is_found_told_and_kept(string from, string to, string sentence)
    {
        using TempFolder folder = new();
        string path = Written(folder, 5);
        string[] lines = File.ReadAllLines(path);
        lines[2] = lines[2].Replace(from, to, StringComparison.Ordinal);
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        Assert.Contains($"line 3 ", Assert.Single(AuditLog.Check(path)), StringComparison.Ordinal);
        using AuditLog log = AuditLog.Open(folder.Path, s_now);
        Assert.Contains(sentence, log.Damage[0], StringComparison.Ordinal);
        Assert.Equal("note", Assert.Single(log.Entries).What);
        Assert.Contains("nothing", File.ReadAllText(Assert.Single(Directory.GetFiles(folder.Path, "*damaged*"))) + "nothing", StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_taken_out_or_moved_is_found()
    {
        using TempFolder folder = new();
        string path = Written(folder, 5);
        string[] lines = File.ReadAllLines(path);
        File.WriteAllText(path, string.Join('\n', [lines[0], lines[2], lines[3]]) + "\n");
        Assert.Contains("line 2 does not follow", Assert.Single(AuditLog.Check(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_flipped_bit_is_found()
    {
        using TempFolder folder = new();
        string path = Written(folder, 2);
        byte[] whole = File.ReadAllBytes(path);
        for (int at = 0; at < whole.Length; at += 3)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= 1;
            File.WriteAllBytes(path, flipped);
            Assert.NotEmpty(AuditLog.Check(path));
        }
    }

    private static string Written(TempFolder folder, int lines)
    {
        using AuditLog log = AuditLog.Open(folder.Path, s_now);
        for (int i = 0; i < lines; i++)
        {
            log.Add(s_now.AddSeconds(i), "ordered", $"device {i}", "reboot", "alarm frozen", "to 192.0.2.7:80");
        }
        return Path.Combine(folder.Path, "audit.jsonl");
    }
}
