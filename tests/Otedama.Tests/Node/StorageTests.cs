using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Node;
using Xunit;

namespace Otedama.Tests.Node;

/// <summary>Interrupted writes, foreign and newer directories, two processes.</summary>
public class StorageTests
{
    private static readonly Hash256 s_genesis = Sha256d.Hash([7]);

    [Fact]
    public void Every_possible_torn_write_keeps_all_whole_records()
    {
        string path = NewFile();
        byte[][] records = [new byte[200], [1, 2, 3], [4, 5, 6, 7, 8]];
        using (BlockFile file = Open(path, out _))
        {
            Array.ForEach(records, record => file.Append(record));
        }
        byte[] whole = File.ReadAllBytes(path);
        int last = whole.Length - (8 + records[2].Length);
        for (int length = last; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            using (BlockFile file = Open(path, out List<byte[]> found))
            {
                Assert.Equal(2, found.Count);
                file.Append([9]);
            }
            using BlockFile again = Open(path, out List<byte[]> after);
            Assert.Equal([9], after[2]);
        }
    }

    [Fact]
    public void One_flipped_bit_anywhere_costs_nothing()
    {
        string path = NewFile();
        byte[][] records = [[1, 2, 3], .. Enumerable.Range(0, 3).Select(n => Enumerable.Repeat((byte)n, 20).ToArray())];
        using (BlockFile file = Open(path, out _))
        {
            Array.ForEach(records, record => file.Append(record));
        }
        byte[] whole = File.ReadAllBytes(path);
        for (int bit = 40 * 8; bit < whole.Length * 8; bit++)
        {
            byte[] bad = (byte[])whole.Clone();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, bad);
            using (Open(path, out List<byte[]> found))
            {
                Assert.Equal(records, found);
            }
            Assert.Equal(whole, File.ReadAllBytes(path));
        }
        Assert.NotEmpty(Directory.GetFiles(Path.GetDirectoryName(path)!, "*.damaged-*"));
    }

    [Fact]
    public void Other_damage_before_intact_blocks_is_refused_and_changes_nothing()
    {
        string path = NewFile();
        using (BlockFile file = Open(path, out _))
        {
            file.Append(new byte[30]);
            file.Append([2, 2, 2]);
        }
        byte[] bytes = File.ReadAllBytes(path);
        bytes[52] ^= 1;
        bytes[60] ^= 1;
        File.WriteAllBytes(path, bytes);
        using BlockFile again = BlockFile.Open(path, s_genesis, sync: false);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => again.Replay(NullLogger.Instance, (_, _) => { }));
        Assert.Contains("38 bytes from byte 40", error.Message, StringComparison.Ordinal);
        again.Dispose();
        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Each_interrupted_write_is_kept_in_a_file_of_its_own()
    {
        string path = NewFile();
        foreach (byte mark in (byte[])[1, 2])
        {
            using (BlockFile file = Open(path, out _))
            {
                file.Append([mark, mark, mark]);
            }
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
            Open(path, out List<byte[]> found).Dispose();
            Assert.Empty(found);
        }
        string[] kept = [.. Directory.GetFiles(Path.GetDirectoryName(path)!, "*.cut-*").Order()];
        Assert.Equal([1, 2], kept.Select(cut => File.ReadAllBytes(cut)[^1]));
    }

    [Fact]
    public async Task A_changed_digit_of_the_wallet_key_is_refused_and_a_key_without_checksum_gets_one()
    {
        string folder = TestNode.NewFolder();
        string path = Path.Combine(folder, "wallet.key");
        string key = new string('1', 63) + "2";
        await File.WriteAllTextAsync(path, key + "\n");
        await using (await TestNode.StartAsync(folder))
        {
        }
        string text = await File.ReadAllTextAsync(path);
        Assert.StartsWith(key + "-", text, StringComparison.Ordinal);
        await using (await TestNode.StartAsync(folder))
        {
        }
        for (int at = 0; at < text.Length - 1; at += 5)
        {
            char[] changed = text.ToCharArray();
            changed[at] = changed[at] == '3' ? '4' : '3';
            await File.WriteAllTextAsync(path, new string(changed));
            await Assert.ThrowsAsync<InvalidDataException>(() => TestNode.StartAsync(folder));
            Assert.Equal(new string(changed), await File.ReadAllTextAsync(path));
        }
    }

    [Fact]
    public void A_file_of_another_chain_is_refused_and_left_alone()
    {
        string path = NewFile();
        Open(path, out _).Dispose();
        byte[] before = File.ReadAllBytes(path);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => BlockFile.Open(path, Sha256d.Hash([8]), false));
        Assert.Contains("other rules", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task A_torn_tail_costs_only_the_torn_block()
    {
        string folder = TestNode.NewFolder();
        string[] ids;
        await using (TestNode node = await TestNode.StartAsync(folder))
        {
            ids = await node.GenerateAsync(5);
        }
        string file = Path.Combine(folder, "blocks.dat");
        await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file))[..^20]);
        await using TestNode again = await TestNode.StartAsync(folder);
        Assert.Equal(ids[3], (string)(await again.CallAsync("getbestblockhash"))!);
        await again.GenerateAsync(2);
        Assert.Equal(6, again.Node.Snapshot().Height);
    }

    [Fact]
    public async Task A_newer_data_directory_is_refused_untouched()
    {
        string folder = TestNode.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "version"), "2\n");
        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => TestNode.StartAsync(folder));
        Assert.Contains("format 2, this build reads up to 1", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "blocks.dat")));
    }

    [Fact]
    public async Task Two_nodes_do_not_share_a_directory()
    {
        await using TestNode node = await TestNode.StartAsync();
        IOException error = await Assert.ThrowsAsync<IOException>(() => TestNode.StartAsync(node.Folder));
        Assert.Contains("in use", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, (int)(await node.CallAsync("getblockcount"))!);
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        await using TestNode node = await TestNode.StartAsync();
        IOException error = await Assert.ThrowsAsync<IOException>(() => TestNode.StartAsync(change: options => options with { RpcPort = node.Node.RpcUri.Port }));
        Assert.Contains($":{node.Node.RpcUri.Port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_wallet_key_is_refused_and_never_replaced()
    {
        string folder = TestNode.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "wallet.key"), "broken");
        await Assert.ThrowsAsync<InvalidDataException>(() => TestNode.StartAsync(folder));
        Assert.Equal("broken", await File.ReadAllTextAsync(Path.Combine(folder, "wallet.key")));
    }

    private static string NewFile() => Path.Combine(TestNode.NewFolder(), "blocks.dat");

    private static BlockFile Open(string path, out List<byte[]> found)
    {
        List<byte[]> records = [];
        BlockFile file = BlockFile.Open(path, s_genesis, sync: false);
        file.Replay(NullLogger.Instance, (_, payload) => records.Add(payload));
        found = records;
        return file;
    }
}
