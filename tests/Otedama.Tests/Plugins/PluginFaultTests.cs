using System.Buffers.Binary;
using System.Diagnostics;
using Otedama.Interop;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Plugins;

/// <summary>Whatever a plugin does, it ends in one exception that says what, and the process goes on.</summary>
public sealed class PluginFaultTests : IDisposable
{
    private const ulong MuchFuel = 2_000_000_000;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_healthy_plugin_hashes_and_passes_its_own_test()
    {
        using WasmPlugin plugin = new TinyPlugin().Load(_folder);
        Assert.Equal(("tiny", 7u, 64, false), (plugin.Info.Name, plugin.Info.Version, plugin.Info.BatchMax, plugin.Info.HasVerify));
        Assert.Equal(6, PluginSelfTest.Run(plugin));
        using PluginInstance instance = plugin.Open();
        instance.Prepare(new byte[80]);
        ReadOnlySpan<byte> hashes = instance.Hash(uint.MaxValue - 1, 2);
        Assert.Equal(TinyPlugin.HashOf(uint.MaxValue), hashes[32..].ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => { instance.Hash(0, 65); });
        Assert.Throws<ArgumentException>(() => instance.Prepare(new byte[79]));
    }

    [Theory]
    [InlineData("(unreachable)", "unreachable")]
    [InlineData("(drop (i32.load (i32.const -4)))", "out of bounds")]
    [InlineData("(i32.store (i32.const 0x7ffffff0) (i32.const 1))", "out of bounds")]
    [InlineData("(drop (i32.div_u (i32.const 1) (i32.sub (local.get $count) (local.get $count))))", "divide by zero")]
    [InlineData("(drop (call $h (local.get $first) (local.get $count)))", "stack")]
    public void A_trap_is_named(string instructions, string cause)
    {
        PluginException error = Fails(new TinyPlugin { Hash = TinyPlugin.HashAfter(instructions), Fuel = MuchFuel }, PluginFault.Trap);
        Assert.Contains(cause, error.Message);
        Assert.StartsWith("plugin tiny.wat: otedama_hash trapped", error.Message);
    }

    [Fact]
    public void A_loop_ends_when_its_fuel_is_used_up()
    {
        PluginException error = Fails(new TinyPlugin { Hash = TinyPlugin.HashAfter("(loop $l (br $l))") }, PluginFault.Fuel);
        Assert.Contains("100200 instructions", error.Message);
    }

    [Fact]
    public void A_loop_that_declared_much_fuel_ends_at_the_deadline()
    {
        PluginException error = Fails(
            new TinyPlugin { Hash = TinyPlugin.HashAfter("(loop $l (br $l))"), Fuel = MuchFuel }, PluginFault.Deadline, new PluginLimits { DeadlineMs = 50 });
        Assert.Contains("50 ms", error.Message);
    }

    [Fact]
    public void Memory_grows_to_the_limit_and_no_further()
    {
        string grow = "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (unreachable)";
        PluginException error = Fails(new TinyPlugin { Hash = TinyPlugin.HashAfter(grow), Fuel = MuchFuel }, PluginFault.Trap, new PluginLimits { MemoryMib = 2 });
        Assert.Contains("using 2048 KiB of the 2048 KiB", error.Message);
    }

    [Fact]
    public void A_plugin_that_begins_above_the_memory_limit_is_refused()
    {
        PluginException error = Refused(new TinyPlugin { Memory = """(memory (export "memory") 33)""" }, PluginFault.Module, new PluginLimits { MemoryMib = 2 });
        Assert.Contains("2 MiB", error.Message);
        Assert.Contains("memory_mib", error.Message);
    }

    [Theory]
    [InlineData("(return (i32.const 0))", "returned 0 after 3 hashes")]
    [InlineData("(return (i32.const -1))", "returned -1")]
    [InlineData("(return (i32.const 0x7fffffff))", "returned 2147483647")]
    public void A_wrong_count_is_nonsense(string instructions, string text) =>
        Assert.Contains(text, Fails(new TinyPlugin { Hash = TinyPlugin.HashAfter(instructions) }, PluginFault.Nonsense).Message);

    [Fact]
    public void A_failing_prepare_is_nonsense() => Assert.Contains("otedama_prepare returned 7", Fails(
        new TinyPlugin { Prepare = """(func (export "otedama_prepare") (param i32) (result i32) (i32.const 7))""" }, PluginFault.Nonsense).Message);

    [Theory]
    [InlineData("(i32.const 1)", "expected")]
    [InlineData("(i32.add (i32.const 0xf000) (local.get $count))", "expected")]
    [InlineData("(i32.add (i32.mul (local.get $n) (i32.const 0x9e3779b1)) (local.get $i))", "of a batch")]
    public void Hashes_that_are_wrong_or_depend_on_the_batch_fail_the_self_test(string word, string text)
    {
        using WasmPlugin plugin = new TinyPlugin { Hash = TinyPlugin.HashOf(word) }.Load(_folder);
        PluginException error = Assert.Throws<PluginException>(() => PluginSelfTest.Run(plugin));
        Assert.Equal(PluginFault.Nonsense, error.Fault);
        Assert.Contains(text, error.Message);
    }

    [Fact]
    public void Another_instance_of_a_plugin_that_trapped_works()
    {
        string trapAtThree = "(if (i32.eq (local.get $first) (i32.const 3)) (then (unreachable)))";
        using WasmPlugin plugin = new TinyPlugin { Hash = TinyPlugin.HashAfter(trapAtThree) }.Load(_folder);
        for (int i = 0; i < 20; i++)
        {
            using PluginInstance bad = plugin.Open();
            Assert.Throws<PluginException>(() => { bad.Hash(3, 1); });
            using PluginInstance good = plugin.Open();
            Assert.Equal(32, good.Hash(4, 1).Length);
        }
    }

    [Fact]
    public void Missing_and_wrong_exports_are_named()
    {
        Assert.Contains("otedama_hash", Refused(new TinyPlugin { Hash = "" }, PluginFault.Abi).Message);
        Assert.Contains("otedama_prepare", Refused(new TinyPlugin { Prepare = "" }, PluginFault.Abi).Message);
        Assert.Contains("otedama_describe", Refused(new TinyPlugin { Describe = "" }, PluginFault.Abi).Message);
        Assert.Contains("\"memory\"", Refused(new TinyPlugin { Memory = "(memory 1)" }, PluginFault.Abi).Message);
        Assert.Contains("2 i32", Refused(
            new TinyPlugin { Hash = """(func (export "otedama_hash") (param i32) (result i32) (i32.const 0))""" }, PluginFault.Abi).Message);
        Assert.Contains("2 i32", Refused(
            new TinyPlugin { Hash = """(func (export "otedama_hash") (param i32 i64) (result i32) (i32.const 0))""" }, PluginFault.Abi).Message);
        Assert.Contains("not a function", Refused(
            new TinyPlugin { Hash = """(global (export "otedama_hash") i32 (i32.const 0))""" }, PluginFault.Abi).Message);
    }

    [Theory]
    [InlineData(0, 1u, "OTDP")]
    [InlineData(4, 2u, "ABI 2")]
    [InlineData(8, 79u, "79 bytes")]
    [InlineData(12, 9u, "family 9")]
    [InlineData(16, 81u, "81")]
    [InlineData(20, 64u, "64")]
    [InlineData(24, 0u, "batch size is 0")]
    [InlineData(24, 65_537u, "65537")]
    [InlineData(28, 0xfffffff0u, "input buffer")]
    [InlineData(32, 65_000u, "output buffer")]
    [InlineData(32, 4_100u, "overlap")]
    [InlineData(36, 1u, "flags")]
    [InlineData(40, 0u, "fuel per hash is 0")]
    [InlineData(52, 1u, "fuel per prepare")]
    [InlineData(56, 0xffffffffu, "name")]
    [InlineData(56, 0x400u, "a-z")]
    [InlineData(60, 33u, "33 bytes")]
    [InlineData(68, 65_530u, "known answers")]
    [InlineData(72, 0u, "0 known answers")]
    [InlineData(72, 0xffffffffu, "4294967295 known answers")]
    public void A_description_that_breaks_the_rules_is_refused(int offset, uint value, string text)
    {
        TinyPlugin plugin = new() { Change = description => BinaryPrimitives.WriteUInt32LittleEndian(description.AsSpan(offset), value) };
        Assert.Contains(text, Refused(plugin, PluginFault.Abi).Message);
    }

    [Fact]
    public void A_description_outside_the_memory_is_refused() => Assert.Contains("4294967295", Refused(
        new TinyPlugin { Describe = """(func (export "otedama_describe") (result i32) (i32.const -1))""" }, PluginFault.Abi).Message);

    [Fact]
    public void Imports_start_loops_and_other_languages_are_refused()
    {
        string wasi = """(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32))) (memory (export "memory") 1))""";
        PluginException imports = Assert.Throws<PluginException>(() => TinyPlugin.Load(_folder, wasi));
        Assert.Contains("wasi_snapshot_preview1.fd_write", imports.Message);
        Assert.Contains("start function", Refused(new TinyPlugin { More = "(func $s (loop $l (br $l))) (start $s)" }, PluginFault.Fuel).Message);
        Assert.Equal(PluginFault.Module, Assert.Throws<PluginException>(() => TinyPlugin.Load(_folder, "hello")).Fault);
        Assert.Equal(PluginFault.Module, Assert.Throws<PluginException>(() => TinyPlugin.Load(_folder, "")).Fault);
        Assert.Equal(PluginFault.Module, Assert.Throws<PluginException>(() => TinyPlugin.Load(_folder, "\0asm\u0001")).Fault);
        Assert.Equal(PluginFault.Module, Refused(new TinyPlugin { Memory = """(memory (export "memory") 1 1 shared)""" }, PluginFault.Module).Fault);
        Assert.Equal(PluginFault.Module, Refused(new TinyPlugin { Memory = """(memory (export "memory") i64 1)""" }, PluginFault.Module).Fault);
    }

    [Fact]
    public void Only_the_trusted_file_is_run()
    {
        string path = _folder.File("other.wat", new TinyPlugin().Text());
        PluginException digest = Assert.Throws<PluginException>(() => WasmPlugin.Load(path, new string('0', 64)));
        Assert.Equal(PluginFault.Digest, digest.Fault);
        Assert.Contains(WasmPlugin.DigestOf(path), digest.Message);
        PluginException missing = Assert.Throws<PluginException>(() => WasmPlugin.Load(path + "x", new string('0', 64)));
        Assert.Equal(PluginFault.File, missing.Fault);
        Assert.Contains("no such file", missing.Message);
        File.WriteAllBytes(path, new byte[PluginLimits.FileBytesMax + 1]);
        Assert.Equal(PluginFault.File, Assert.Throws<PluginException>(() => WasmPlugin.Load(path, new string('0', 64))).Fault);
        Assert.Throws<ArgumentOutOfRangeException>(() => WasmPlugin.Load(path, "", new PluginLimits { MemoryMib = 0 }));
    }

    private PluginException Refused(TinyPlugin tiny, PluginFault fault, PluginLimits? limits = null)
    {
        PluginException error = Assert.Throws<PluginException>(() => tiny.Load(_folder, limits));
        Assert.Equal(fault, error.Fault);
        return error;
    }

    private PluginException Fails(TinyPlugin tiny, PluginFault fault, PluginLimits? limits = null)
    {
        using WasmPlugin plugin = tiny.Load(_folder, limits);
        using PluginInstance instance = plugin.Open();
        PluginException error = Assert.Throws<PluginException>(() =>
        {
            instance.Prepare(new byte[80]);
            instance.Hash(0, tiny.Fuel > 1000 ? 1 : fault == PluginFault.Fuel ? 1 : 3);
        });
        Assert.Equal(fault, error.Fault);
        return error;
    }
}
