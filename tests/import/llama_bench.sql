CREATE TABLE IF NOT EXISTS llama_bench (
  build_commit TEXT,
  build_number INTEGER,
  gpu_info TEXT,
  model_type TEXT,
  model_size INTEGER,
  n_prompt INTEGER,
  n_gen INTEGER,
  avg_ts REAL
);

INSERT INTO llama_bench (build_commit, build_number, gpu_info, model_type, model_size, n_prompt, n_gen, avg_ts) VALUES ('0000000', '10358', 'NVIDIA''s GeForce RTX 5090', 'llama 8B F16', '16068894720', '0', '128', '51.2');
