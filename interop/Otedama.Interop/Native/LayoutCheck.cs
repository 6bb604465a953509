namespace Otedama.Interop;

/// <summary>
/// Measures every struct of Structs.cs and compares it with the library's own table, field by field, so that a header
/// changed on one side only is found at start and not as garbage later.
/// </summary>
internal static unsafe class LayoutCheck
{
    internal readonly record struct Row(string Type, string Field, uint Offset, uint Size);

    /// <summary>The differences, one sentence each; empty when both sides agree.</summary>
    internal static List<string> Differences()
    {
        Dictionary<(string, string), Row> managed = Managed().ToDictionary(row => (row.Type, row.Field));
        List<string> differences = [];
        foreach (Row native in Native())
        {
            string name = native.Field.Length == 0 ? native.Type : $"{native.Type}.{native.Field}";
            if (!managed.Remove((native.Type, native.Field), out Row own))
            {
                differences.Add($"{name} exists in the library only");
            }
            else if (own != native)
            {
                differences.Add($"{name}: library has offset {native.Offset} size {native.Size}, "
                    + $"managed side has offset {own.Offset} size {own.Size}");
            }
        }
        differences.AddRange(managed.Values.Select(row => $"{row.Type}.{row.Field} exists on the managed side only"));
        return differences;
    }

    private static List<Row> Native()
    {
        List<Row> rows = [];
        otd_layout_row row;
        for (uint index = 0; Otd.otd_abi_layout(index, &row) == Otd.OTD_OK; index++)
        {
            rows.Add(new Row(NativeText.Read(row.type), NativeText.Read(row.field), row.offset, row.size));
        }
        return rows;
    }

    internal static List<Row> Managed()
    {
        List<Row> rows = [];
        AddCatalogue(rows);
        AddDevices(rows);
        AddParameters(rows);
        AddScan(rows);
        AddVerify(rows);
        return rows;
    }

    private static void AddCatalogue(List<Row> rows)
    {
        otd_layout_row layout;
        new Measure(rows, "otd_layout_row", &layout, sizeof(otd_layout_row))
            .Field("type", &layout.type).Field("field", &layout.field).Field("offset", &layout.offset)
            .Field("size", &layout.size);
        otd_algorithm_info algorithm;
        new Measure(rows, "otd_algorithm_info", &algorithm, sizeof(otd_algorithm_info))
            .Field("id", &algorithm.id).Field("flags", &algorithm.flags)
            .Field("data_length_min", &algorithm.data_length_min).Field("data_length_max", &algorithm.data_length_max)
            .Field("proof_length", &algorithm.proof_length).Field("nonce_bits", &algorithm.nonce_bits)
            .Field("versions_max", &algorithm.versions_max).Field("flavour_count", &algorithm.flavour_count)
            .Field("name", &algorithm.name);
        otd_flavour_info flavour;
        new Measure(rows, "otd_flavour_info", &flavour, sizeof(otd_flavour_info))
            .Field("name", &flavour.name).Field("supported", &flavour.supported).Field("selected", &flavour.selected)
            .Field("lanes", &flavour.lanes).Field("slow", &flavour.slow);
    }

    private static void AddDevices(List<Row> rows)
    {
        otd_backend_info backend;
        new Measure(rows, "otd_backend_info", &backend, sizeof(otd_backend_info))
            .Field("backend", &backend.backend).Field("status", &backend.status).Field("opened", &backend.opened)
            .Field("device_count", &backend.device_count).Field("version", &backend.version)
            .Field("reserved", &backend.reserved).Field("name", &backend.name).Field("message", &backend.message);
        otd_device_info device;
        new Measure(rows, "otd_device_info", &device, sizeof(otd_device_info))
            .Field("index", &device.index).Field("backend", &device.backend).Field("units", &device.units)
            .Field("kind", &device.kind).Field("memory_bytes", &device.memory_bytes)
            .Field("memory_free_bytes", &device.memory_free_bytes).Field("alloc_max_bytes", &device.alloc_max_bytes)
            .Field("compute_major", &device.compute_major).Field("compute_minor", &device.compute_minor)
            .Field("twin", &device.twin).Field("reserved", &device.reserved).Field("name", &device.name)
            .Field("features", &device.features).Field("pci", &device.pci).Field("uuid", &device.uuid)
            .Field("driver", &device.driver);
        otd_telemetry telemetry;
        new Measure(rows, "otd_telemetry", &telemetry, sizeof(otd_telemetry))
            .Field("valid", &telemetry.valid).Field("temperature_mc", &telemetry.temperature_mc)
            .Field("power_mw", &telemetry.power_mw).Field("fan_percent", &telemetry.fan_percent)
            .Field("clock_mhz", &telemetry.clock_mhz).Field("memory_clock_mhz", &telemetry.memory_clock_mhz)
            .Field("load_percent", &telemetry.load_percent).Field("throttled", &telemetry.throttled)
            .Field("memory_used_bytes", &telemetry.memory_used_bytes)
            .Field("hardware_errors", &telemetry.hardware_errors).Field("launches", &telemetry.launches)
            .Field("lost", &telemetry.lost).Field("energy_mj", &telemetry.energy_mj)
            .Field("power_limit_mw", &telemetry.power_limit_mw).Field("fan_rpm", &telemetry.fan_rpm)
            .Field("hotspot_mc", &telemetry.hotspot_mc).Field("memory_mc", &telemetry.memory_mc);
    }

    private static void AddParameters(List<Row> rows)
    {
        otd_ceiling ceiling;
        new Measure(rows, "otd_ceiling", &ceiling, sizeof(otd_ceiling))
            .Field("pattern", &ceiling.pattern).Field("reserved", &ceiling.reserved)
            .Field("footprint_bytes", &ceiling.footprint_bytes).Field("amount", &ceiling.amount)
            .Field("nanoseconds", &ceiling.nanoseconds);
        otd_dataset_params dataset;
        new Measure(rows, "otd_dataset_params", &dataset, sizeof(otd_dataset_params))
            .Field("algorithm", &dataset.algorithm).Field("kind", &dataset.kind).Field("epoch", &dataset.epoch)
            .Field("threads", &dataset.threads).Field("device", &dataset.device)
            .Field("reserved", &dataset.reserved);
        otd_progress progress;
        new Measure(rows, "otd_progress", &progress, sizeof(otd_progress))
            .Field("done", &progress.done).Field("total", &progress.total);
        otd_algo_params algo;
        new Measure(rows, "otd_algo_params", &algo, sizeof(otd_algo_params))
            .Field("n", &algo.n).Field("k", &algo.k).Field("twist", &algo.twist).Field("variant", &algo.variant)
            .Field("personal", &algo.personal);
        otd_engine_params engine;
        new Measure(rows, "otd_engine_params", &engine, sizeof(otd_engine_params))
            .Field("algorithm", &engine.algorithm).Field("device", &engine.device).Field("flavour", &engine.flavour)
            .Field("intensity", &engine.intensity).Field("hang_ms", &engine.hang_ms)
            .Field("flags", &engine.flags).Field("algo", &engine.algo);
    }

    private static void AddScan(List<Row> rows)
    {
        otd_work work;
        new Measure(rows, "otd_work", &work, sizeof(otd_work))
            .Field("tag", &work.tag).Field("nonce_first", &work.nonce_first).Field("nonce_count", &work.nonce_count)
            .Field("data_offset", &work.data_offset).Field("data_length", &work.data_length)
            .Field("height", &work.height).Field("version_count", &work.version_count)
            .Field("versions", &work.versions).Field("target", &work.target);
        otd_hit hit;
        new Measure(rows, "otd_hit", &hit, sizeof(otd_hit))
            .Field("tag", &hit.tag).Field("nonce", &hit.nonce).Field("version", &hit.version)
            .Field("proof_length", &hit.proof_length).Field("hash", &hit.hash).Field("proof", &hit.proof);
        otd_scan_result result;
        new Measure(rows, "otd_scan_result", &result, sizeof(otd_scan_result))
            .Field("hashes", &result.hashes).Field("nonce_next", &result.nonce_next)
            .Field("work_index", &result.work_index).Field("hit_count", &result.hit_count);
    }

    private static void AddVerify(List<Row> rows)
    {
        otd_verify_item item;
        new Measure(rows, "otd_verify_item", &item, sizeof(otd_verify_item))
            .Field("data_offset", &item.data_offset).Field("data_length", &item.data_length)
            .Field("height", &item.height).Field("reserved", &item.reserved).Field("target", &item.target);
        otd_verdict verdict;
        new Measure(rows, "otd_verdict", &verdict, sizeof(otd_verdict))
            .Field("verdict", &verdict.verdict).Field("reserved", &verdict.reserved).Field("hash", &verdict.hash);
    }

    /// <summary>Adds rows of one struct; a field's offset is its address in a real local minus the local's.</summary>
    private readonly ref struct Measure
    {
        private readonly List<Row> _rows;
        private readonly string _type;
        private readonly byte* _start;

        public Measure(List<Row> rows, string type, void* start, int size)
        {
            _rows = rows;
            _type = type;
            _start = (byte*)start;
            rows.Add(new Row(type, "", 0, (uint)size));
        }

        public Measure Field<T>(string name, T* field)
            where T : unmanaged
        {
            _rows.Add(new Row(_type, name, (uint)((byte*)field - _start), (uint)sizeof(T)));
            return this;
        }
    }
}
