using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// A running plugin with a memory of its own. One thread at a time. After a PluginException it is spent: dispose it and
/// take a new one.
/// </summary>
public sealed class PluginInstance : IDisposable
{
    private readonly WasmSandbox _sandbox;
    private readonly wasmtime_func_t _prepare;
    private readonly wasmtime_func_t _hash;
    private readonly wasmtime_func_t? _verify;

    internal PluginInstance(string file, nint engine, WasmModuleHandle module, PluginLimits limits)
    {
        _sandbox = new WasmSandbox(file, engine, module, limits, PluginAbi.FuelDescribe);
        try
        {
            _sandbox.RequireMemory();
            wasmtime_func_t describe = Require("otedama_describe", 0);
            _prepare = Require("otedama_prepare", 1);
            _hash = Require("otedama_hash", 2);
            _verify = _sandbox.Function("otedama_verify", 1);
            int description = _sandbox.Call(describe, "otedama_describe", PluginAbi.FuelDescribe);
            Info = PluginAbi.Read(_sandbox.Memory, description, _verify is not null, _sandbox.Abi);
            Name = file;
        }
        catch
        {
            _sandbox.Dispose();
            throw;
        }
    }

    public PluginInfo Info { get; }

    private string Name { get; }

    /// <summary>
    /// Takes the header whose nonces are hashed next; its own nonce is not looked at. Throws PluginException.
    /// </summary>
    public void Prepare(ReadOnlySpan<byte> header)
    {
        RequireLength(header.Length, 1);
        header.CopyTo(_sandbox.Memory.Slice((int)Info.InputAddress, header.Length));
        int answer = _sandbox.Call(_prepare, "otedama_prepare", Info.FuelPerPrepare + PluginAbi.FuelSpare, header.Length);
        if (answer != 0)
        {
            throw Nonsense($"otedama_prepare returned {answer} for a header of {header.Length} bytes; 0 is success");
        }
    }

    /// <summary>
    /// Hashes the prepared header with count nonces from first on. The result is 32 bytes each in chain order, a view of
    /// the plugin's memory that the next call overwrites. Throws PluginException.
    /// </summary>
    public ReadOnlySpan<byte> Hash(uint first, int count)
    {
        RequireCount(count);
        int answer = _sandbox.Call(_hash, "otedama_hash", FuelOf(count, 0), unchecked((int)first), count);
        return Output("otedama_hash", answer, count);
    }

    /// <summary>Prepare and one hash. Throws PluginException.</summary>
    public Hash256 HashOne(ReadOnlySpan<byte> header)
    {
        Prepare(header);
        return new Hash256(Hash(BinaryPrimitives.ReadUInt32LittleEndian(header[PluginAbi.NonceOffset..]), 1));
    }

    /// <summary>
    /// Hashes count whole headers that stand one after the other; needs Info.HasVerify. As Hash otherwise.
    /// </summary>
    public ReadOnlySpan<byte> HashMany(ReadOnlySpan<byte> headers, int count)
    {
        RequireCount(count);
        RequireLength(headers.Length, count);
        headers.CopyTo(_sandbox.Memory.Slice((int)Info.InputAddress, headers.Length));
        wasmtime_func_t verify = _verify ?? throw new InvalidOperationException($"plugin {Info.Name} has no otedama_verify");
        int answer = _sandbox.Call(verify, "otedama_verify", FuelOf(count, Info.FuelPerPrepare), count);
        return Output("otedama_verify", answer, count);
    }

    public void Dispose() => _sandbox.Dispose();

    internal PluginException Nonsense(string detail) =>
        new(Name, PluginFault.Nonsense, detail, "The plugin is wrong; take it out of the configuration and tell its author.");

    private ReadOnlySpan<byte> Output(string function, int answer, int count) => answer == count
        ? _sandbox.Memory.Slice((int)Info.OutputAddress, count * PluginAbi.HashLength)
        : throw Nonsense($"{function} returned {answer} after {count} hashes were asked for");

    private wasmtime_func_t Require(string name, int parameters) => _sandbox.Function(name, parameters)
        ?? throw _sandbox.Abi($"function \"{name}\" is not exported");

    /// <summary>Both factors are bounded, so that this cannot overflow.</summary>
    private ulong FuelOf(int count, ulong extra) => ((ulong)count * (Info.FuelPerHash + extra)) + PluginAbi.FuelSpare;

    private void RequireCount(int count)
    {
        if (count < 1 || count > Info.BatchMax)
        {
            throw new ArgumentOutOfRangeException(nameof(count), $"a batch of {count}; plugin {Info.Name} takes 1 to {Info.BatchMax}");
        }
    }

    private void RequireLength(int length, int count)
    {
        if (length != count * Info.InputLength)
        {
            throw new ArgumentException($"{length} bytes for {count} headers of {Info.InputLength}");
        }
    }
}
