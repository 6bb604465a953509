using System.Net;
using System.Text.Json;
using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>tests/vectors/asic/fleet.json, and targets for simulators.</summary>
internal static class FleetVectors
{
    private static readonly Lazy<JsonElement> s_all = new(static () =>
        JsonElement.Parse(File.ReadAllText(Path.Combine(App.Repository.Root, "tests", "vectors", "asic", "fleet.json"))));

    public static JsonElement Of(string key) => s_all.Value.GetProperty(key);

    /// <summary>What a simulator needs, on a machine ten times too busy; a dead pool is waited for as long.</summary>
    public static FleetWaits Short { get; } = new()
    {
        PoolAlive = TimeSpan.FromSeconds(3),
        PoolAliveAfterRestart = TimeSpan.FromSeconds(3),
        Compare = TimeSpan.FromMilliseconds(50),
    };

    public static FleetTarget Target(int port, FleetCredentials? credentials = null) => new(IPAddress.Loopback)
    {
        Ports = new FleetPorts { Api = port, Web = port, WhatsminerV3 = port },
        Credentials = credentials,
    };

    public static FleetPool Pool(string host, string user = "w.9", string password = "new-pool-secret") =>
        new($"stratum+tcp://{host}:4444", user, new FleetSecret(password));
}
