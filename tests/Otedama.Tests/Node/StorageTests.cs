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
    public void A_flipped_bit_cuts_there_and_keeps_the_rest_beside()
    {
        string path = NewFile();
        using (BlockFile file = Open(path, out _))
        {
            file.Append([1, 1, 1]);
            file.Append([2, 2, 2]);
        }
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        using BlockFile again = Open(path, out List<byte[]> found);
        Assert.Equal([1, 1, 1], Assert.Single(found));
        string kept = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!, "*.cut-*"));
        Assert.Equal(bytes[^11..], File.ReadAllBytes(kept));
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
