using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The ledger: what is on the disk, in a chain, and no damage is taken for its end.</summary>
public sealed class FlashLedgerTests
{
    private static readonly string s_plan = ImageInspector.HashOf("the plan"u8);
    private readonly EspClock _time = new();

    [Fact]
    public void It_goes_on_where_it_was()
    {
        using TempFolder folder = new();
        Fill(folder.Path, 3);
        using FlashLedger ledger = FlashLedger.Open(folder.Path, s_plan, _time);
        ledger.Append(FlashEntryKind.Done, 7, "three");
        FlashLedgerReading reading = FlashLedger.Read(folder.Path, s_plan);
        Assert.Equal(LedgerDamage.None, reading.Damage);
        Assert.Equal([0, 1, 2, 3], reading.Entries.Select(static entry => entry.Number));
        Assert.Equal((FlashEntryKind.Done, 7, "three"), (reading.Entries[3].Kind, reading.Entries[3].Step, reading.Entries[3].Says));
    }

    [Fact]
    public void Two_tools_do_not_write_the_same()
    {
        using TempFolder folder = new();
        using FlashLedger first = FlashLedger.Open(folder.Path, s_plan, _time);
        first.Append(FlashEntryKind.Confirmed, null, "one");
        Assert.Contains("another otedama", Assert.Throws<FlashException>(() => FlashLedger.Open(folder.Path, s_plan, _time)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ledger_of_another_plan_is_broken()
    {
        using TempFolder folder = new();
        Fill(folder.Path, 2);
        Assert.Equal(LedgerDamage.Broken, FlashLedger.Read(folder.Path, ImageInspector.HashOf("another"u8)).Damage);
    }

    [Fact]
    public void A_plan_that_was_edited_is_not_believed()
    {
        using TempFolder folder = new();
        FlashPlan plan = new()
        {
            Schema = FlashPlan.SchemaNow,
            MadeAt = _time.GetUtcNow(),
            Target = "esp-serial /dev/bench0",
            Device = new FlashDevice { Id = "24:ec:4a:01:02:f3", Address = "/dev/bench0", Transport = FlashTransport.Serial },
            From = new FlashFirmware("v1", "ota_0", null),
            To = new FlashFirmware("v2", "ota_1", null),
            Image = new FlashImage("a.bin", "esp-app", ImagePurpose.App, 1, ImageInspector.HashOf([1]), null),
            Checks = [new FlashCheck(2, "catalogue", FlashCheckOutcome.Failed, "No.")],
            Steps = [],
            WayBack = [],
        };
        FlashFolder kept = FlashFolder.Create(folder.Path, plan, [1]);
        Assert.Equal(kept.PlanHash, FlashFolder.Find(folder.Path, kept.Id).PlanHash);
        string file = Path.Combine(kept.FolderPath, "plan.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("failed", "passed", StringComparison.Ordinal));
        Assert.Contains("was changed after it was shown", Assert.Throws<FlashException>(() => FlashFolder.Find(folder.Path, kept.Id)).Message, StringComparison.Ordinal);

        // And with its folder renamed to the new text's id: the ledger was begun for the old one.
        string id = FlashPlan.IdOf(File.ReadAllBytes(file));
        string renamed = Path.Combine(Path.GetDirectoryName(kept.FolderPath)!, $"20260101-000000-{id}");
        Directory.Move(kept.FolderPath, renamed);
        FlashFolder forged = FlashFolder.Find(folder.Path, id);
        Assert.Contains("plan.json was changed after it was shown",
            Assert.Throws<FlashException>(() => FlashLedger.Open(forged.FolderPath, forged.PlanHash, _time)).Message, StringComparison.Ordinal);
    }

    /// <summary>Whichever bit of the ledger is another one, it says so, and never a shorter ledger that looks whole.</summary>
    [Fact]
    public void Every_changed_byte_is_seen()
    {
        using TempFolder folder = new();
        (byte[] bytes, byte[] head) = Fill(folder.Path, 4);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= (byte)(1 << (i % 8));
            FlashLedgerReading reading = FlashLedgerReading.Of(changed, head, s_plan);
            Assert.True(reading.Damage == LedgerDamage.Broken && reading.Says!.Contains("new plan", StringComparison.Ordinal), $"byte {i} of {bytes.Length}");
        }
    }

    /// <summary>Cut inside the last line that was being written: torn. Anything that was on the disk once and is gone: broken.</summary>
    [Fact]
    public void Every_cut_is_seen()
    {
        using TempFolder folder = new();
        (byte[] before, byte[] headBefore) = Fill(folder.Path, 3);
        (byte[] bytes, byte[] head) = Fill(folder.Path, 1);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(LedgerDamage.Broken, FlashLedgerReading.Of(bytes.AsSpan(0, length), head, s_plan).Damage);
            if (length > before.Length)
            {
                FlashLedgerReading torn = FlashLedgerReading.Of(bytes.AsSpan(0, length), headBefore, s_plan);
                Assert.Equal((LedgerDamage.Torn, 3, before.Length), (torn.Damage, torn.Entries.Count, torn.GoodBytes));
                Assert.Contains("was not begun", torn.Says, StringComparison.Ordinal);
            }
        }
        Assert.Equal(LedgerDamage.None, FlashLedgerReading.Of(bytes, headBefore, s_plan).Damage); // the line is on the disk, its head not yet
        Assert.Equal(LedgerDamage.Broken, FlashLedgerReading.Of(bytes, null, s_plan).Damage);
        Assert.Equal(LedgerDamage.Broken, FlashLedgerReading.Of(bytes, "x"u8.ToArray(), s_plan).Damage);
    }

    [Fact]
    public void A_torn_line_is_kept_and_told_and_writing_goes_on()
    {
        using TempFolder folder = new();
        Fill(folder.Path, 2);
        string path = Path.Combine(folder.Path, "ledger");
        File.AppendAllText(path, "0123456789abcdef {\"num");
        using (FlashLedger ledger = FlashLedger.Open(folder.Path, s_plan, _time))
        {
            Assert.Equal(FlashEntryKind.Mended, ledger.Entries[^1].Kind);
            ledger.Append(FlashEntryKind.Begin, 1, "after");
        }
        Assert.Equal("0123456789abcdef {\"num", File.ReadAllText(path + ".torn-2"));
        FlashLedgerReading reading = FlashLedger.Read(folder.Path, s_plan);
        Assert.Equal((LedgerDamage.None, 4), (reading.Damage, reading.Entries.Count));
    }

    [Fact]
    public void A_broken_ledger_is_not_opened()
    {
        using TempFolder folder = new();
        (byte[] bytes, _) = Fill(folder.Path, 3);
        int second = Array.IndexOf(bytes, (byte)'\n') + 1;
        File.WriteAllBytes(Path.Combine(folder.Path, "ledger"), [.. bytes.AsSpan(0, second), .. bytes.AsSpan(second + 10)]);
        Assert.Contains("entry 1", Assert.Throws<FlashException>(() => FlashLedger.Open(folder.Path, s_plan, _time)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_sentence_stays_one_line()
    {
        using TempFolder folder = new();
        using FlashLedger ledger = FlashLedger.Open(folder.Path, s_plan, _time);
        ledger.Append(FlashEntryKind.Failed, 1, new string('x', 100_000) + "\n");
        ledger.Append(FlashEntryKind.End, null, "line\nfeed");
        Assert.Equal((LedgerDamage.None, 2), (FlashLedger.Read(folder.Path, s_plan).Damage, FlashLedger.Read(folder.Path, s_plan).Entries.Count));
    }

    private (byte[] Ledger, byte[] Head) Fill(string folder, int entries)
    {
        using (FlashLedger ledger = FlashLedger.Open(folder, s_plan, _time))
        {
            for (int i = 0; i < entries; i++)
            {
                ledger.Append(FlashEntryKind.Begin, i, $"step {ledger.Entries.Count}");
            }
        }
        return (File.ReadAllBytes(Path.Combine(folder, "ledger")), File.ReadAllBytes(Path.Combine(folder, "ledger.head")));
    }
}
